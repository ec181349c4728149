// What contract steps work on. The numpy form is zoo/step.py.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace zoo {

// An error that a user can meet; its text says what was found and what to do.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Pixels [height, width, channels]; three channels are RGB.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 3;
  std::vector<std::uint8_t> pixels;
};

// Part of a photo in pixels; pixel i covers [i, i + 1).
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

// Square part of a photo in 1/256 pixel; pixel i covers [256 i, 256 (i + 1)).
struct Region {
  std::int64_t x0_q8 = 0;
  std::int64_t y0_q8 = 0;
  std::int64_t side_q8 = 0;
};

// An image on its way to the network. Steps before the network change it in turn.
struct Frame {
  std::shared_ptr<const Image> image;
  Box box;
  std::optional<Region> region;
  std::vector<float> input_chw;
};

// A network's output or what a step made of it, row-major; no dimensions make a scalar.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<double> data;
};

// Values by name. Steps after the network add to them in turn.
using Values = std::map<std::string, Tensor>;

}  // namespace zoo
