// The 8-bit integers that a network reads for an image's pixels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "steps/frame.hpp"

namespace zoo {

class PixelLevels {
 public:
  // quantize: returns the byte that holds a number's integer.
  PixelLevels(const PixelValues& values, const std::function<std::uint8_t(float)>& quantize);

  // The byte for a pixel's value in a channel.
  std::uint8_t at(std::size_t channel, std::uint8_t pixel) const { return levels_[channel][pixel]; }

  // Writes the bytes of an image in its order, [H, W, C].
  void write(const Image& image, std::uint8_t* bytes) const;

 private:
  std::vector<std::array<std::uint8_t, 256>> levels_;
  bool adds_;  // whether every byte is pixel + levels_[0][0], modulo 256
};

}  // namespace zoo
