// Grey levels of a picture. The numpy form is zoo/steps/levels.py.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "frame.hpp"

namespace zoo {

// A number for each grey level.
using Levels = std::array<std::int64_t, 256>;

// Returns how many pixels of a gray image have each level.
inline Levels level_counts(const Image& image) {
  Levels counts{};
  for (std::uint8_t level : image.pixels) ++counts[level];
  return counts;
}

// Replaces level p by 255 clamp(places[p], 0, total) / total, rounded; nothing if total is 0.
inline void replace_levels(Frame& frame, const Levels& places, std::int64_t total) {
  if (total == 0) return;
  std::array<std::uint8_t, 256> levels{};
  for (std::size_t p = 0; p < levels.size(); ++p) {
    const std::int64_t place = std::clamp<std::int64_t>(places[p], 0, total);
    levels[p] = static_cast<std::uint8_t>((510 * place + total) / (2 * total));
  }
  Image image = *frame.image;
  for (std::uint8_t& pixel : image.pixels) pixel = levels[pixel];
  frame.image = std::make_shared<const Image>(std::move(image));
}

}  // namespace zoo
