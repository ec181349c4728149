// What contract steps work on. The numpy form is zoo/step.py.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
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

// Whether a box has an area and may lie in a photo.
inline bool is_box(const Box& box) {
  constexpr double kLimitPx = 1 << 20;
  bool finite = true;  // false for nan, too
  for (double value : {box.x, box.y, box.width, box.height}) {
    finite = finite && std::fabs(value) < kLimitPx;
  }
  return finite && box.width >= 1 && box.height >= 1;
}

// Throws Error for what is not a box.
inline void check_box(const Box& box) {
  if (is_box(box)) return;
  char found[128];
  std::snprintf(found, sizeof found, "%g, %g, %g, %g", box.x, box.y, box.width, box.height);
  throw Error("box " + std::string(found) +
              ": expected x, y, width, height in pixels, width and height at least 1, all below "
              "1048576; correct the box");
}

// Rectangle in a photo in 1/256 pixel; pixel i covers [256 i, 256 (i + 1)). Each axis has its own
// scale to the network's input.
struct Region {
  std::int64_t x0_q8 = 0;
  std::int64_t y0_q8 = 0;
  std::int64_t width_q8 = 0;
  std::int64_t height_q8 = 0;
};

// Parallelogram in a photo in 1/256 pixel: an origin and the sides that begin there, along the
// upper and the left edge of the network's input.
struct TurnedRegion {
  std::int64_t x0_q8 = 0;
  std::int64_t y0_q8 = 0;
  std::int64_t across_x_q8 = 0;
  std::int64_t across_y_q8 = 0;
  std::int64_t down_x_q8 = 0;
  std::int64_t down_y_q8 = 0;
};

// Whether the origin and both sides, in pixels, may lie in a photo.
inline bool is_turned_region(const std::array<double, 6>& place) {
  constexpr double kLimitPx = 1 << 20;
  bool finite = true;  // false for nan, too
  for (double value : place) finite = finite && std::fabs(value) < kLimitPx;
  return finite && place[2] * place[2] + place[3] * place[3] >= 1 &&
         place[4] * place[4] + place[5] * place[5] >= 1;
}

// Points of an object, x and y in photo pixels with centres at integers.
using Points = std::vector<std::array<double, 2>>;

// A one-dimensional signal; 1 is full scale.
struct Signal {
  int rate_hz = 0;
  std::vector<double> samples;
};

// The number that each value of a pixel stands for, by channel.
using PixelValues = std::vector<std::array<float, 256>>;

// An image, or a signal, on its way to the network. Steps before the network change it in turn. The
// last one sets input_chw, or pixel_values: then the input has the numbers of the image's pixels.
// points: of the object in the box, none if unknown.  turned_region: what the image shows instead
// of a region, once aligned by them.
struct Frame {
  std::shared_ptr<const Image> image;
  std::shared_ptr<const Signal> signal;
  Box box;
  std::optional<Region> region;
  std::vector<float> input_chw;
  PixelValues pixel_values;
  Points points;
  std::optional<TurnedRegion> turned_region;
};

// The numbers of an image, in [C, H, W] order.
inline std::vector<float> numbers_of(const Image& image, const PixelValues& values) {
  std::vector<float> numbers(image.pixels.size());
  float* number = numbers.data();
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (std::size_t i = c; i < image.pixels.size(); i += values.size()) {
      *number++ = values[c][image.pixels[i]];
    }
  }
  return numbers;
}

// A network's output or what a step makes of it, row-major; no dimensions make a scalar. One length
// may depend on the photo and be 0.
template <class Item>
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<Item> data;
};

using Tensor = Array<double>;  // every output of a network
using Integers = Array<std::int64_t>;
using Texts = Array<std::string>;
using Value = std::variant<Tensor, Integers, Texts>;

// Texts from constants; they are no std::string until the program runs.
inline std::vector<std::string> text_list(std::initializer_list<const char*> texts) {
  return {texts.begin(), texts.end()};
}

// Values by name. Steps after the network add to them in turn.
using Values = std::map<std::string, Value>;

}  // namespace zoo
