// Resamples a turned region of a photo to a size, in integers only.
// The formula is in the numpy form, zoo/steps/turned_sampling.py.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "floor_div.hpp"
#include "frame.hpp"

namespace zoo::turned {

// Where the taps of a row or column lie, from the region's origin, in 1/256 pixel.
struct Offset {
  std::int64_t x_q8;
  std::int64_t y_q8;
};

// Taps of a pixel along a side of the region that `size` pixels share.
inline int taps_of(std::int64_t x_q8, std::int64_t y_q8, int size,
                   const std::string& interpolation) {
  if (interpolation == "bilinear") return 1;
  int taps = 1;
  while (taps < 8) {
    const std::int64_t least = std::int64_t{256} * size * (2 * taps + 1);
    if (4 * (x_q8 * x_q8 + y_q8 * y_q8) < least * least) break;
    ++taps;
  }
  return taps;
}

inline std::vector<Offset> offsets_of(std::int64_t x_q8, std::int64_t y_q8, int count) {
  std::vector<Offset> offsets;
  for (int i = 0; i < count; ++i) {
    const std::int64_t at = 2 * i + 1;
    const std::int64_t parts = 2 * std::int64_t{count};
    offsets.push_back({floor_div(x_q8 * at, parts), floor_div(y_q8 * at, parts)});
  }
  return offsets;
}

// A pixel and its neighbour along an axis of the photo, and the second one's weight of 256.
struct Pair {
  std::size_t first;
  std::size_t second;
  std::uint32_t weight;
};

inline Pair pair_at(std::int64_t place_q8, int pixels) {
  const std::int64_t first = floor_div(place_q8, 256);
  const std::int64_t last = pixels - 1;
  const auto inside = [last](std::int64_t pixel) {
    return static_cast<std::size_t>(std::clamp(pixel, std::int64_t{0}, last));
  };
  return {inside(first), inside(first + 1), static_cast<std::uint32_t>(place_q8 - 256 * first)};
}

// Adds 65536 times the photo at a place to the sums of its channels.
inline void add_tap(const Image& photo, std::int64_t x_q8, std::int64_t y_q8,
                    std::vector<std::uint32_t>& sums) {
  const Pair rows = pair_at(y_q8, photo.height);
  const Pair columns = pair_at(x_q8, photo.width);
  const std::size_t channels = sums.size();
  const std::size_t pitch = static_cast<std::size_t>(photo.width) * channels;
  const std::uint8_t* above = photo.pixels.data() + rows.first * pitch;
  const std::uint8_t* below = photo.pixels.data() + rows.second * pitch;
  const std::size_t left = columns.first * channels;
  const std::size_t right = columns.second * channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const std::uint32_t upper =
        above[left + c] * (256 - columns.weight) + above[right + c] * columns.weight;
    const std::uint32_t lower =
        below[left + c] * (256 - columns.weight) + below[right + c] * columns.weight;
    sums[c] += upper * (256 - rows.weight) + lower * rows.weight;
  }
}

}  // namespace zoo::turned

namespace zoo {

// The region of a photo as a picture of height x width.
inline Image resample(const Image& photo, const TurnedRegion& region, int height, int width,
                      const std::string& interpolation) {
  const int right = turned::taps_of(region.across_x_q8, region.across_y_q8, width, interpolation);
  const int down = turned::taps_of(region.down_x_q8, region.down_y_q8, height, interpolation);
  const std::vector<turned::Offset> columns =
      turned::offsets_of(region.across_x_q8, region.across_y_q8, width * right);
  const std::vector<turned::Offset> rows =
      turned::offsets_of(region.down_x_q8, region.down_y_q8, height * down);
  const std::uint32_t total = std::uint32_t{65536} * static_cast<std::uint32_t>(right * down);
  Image image{height, width, photo.channels, {}};
  image.pixels.reserve(static_cast<std::size_t>(height) *
                       static_cast<std::size_t>(width * photo.channels));
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(photo.channels));
  for (std::size_t row = 0; row < rows.size(); row += static_cast<std::size_t>(down)) {
    for (std::size_t column = 0; column < columns.size();
         column += static_cast<std::size_t>(right)) {
      std::fill(sums.begin(), sums.end(), 0U);
      for (std::size_t i = row; i < row + static_cast<std::size_t>(down); ++i) {
        for (std::size_t j = column; j < column + static_cast<std::size_t>(right); ++j) {
          turned::add_tap(photo, region.x0_q8 + columns[j].x_q8 + rows[i].x_q8 - 128,
                          region.y0_q8 + columns[j].y_q8 + rows[i].y_q8 - 128, sums);
        }
      }
      for (std::uint32_t sum : sums) {
        image.pixels.push_back(static_cast<std::uint8_t>((sum + total / 2) / total));
      }
    }
  }
  return image;
}

}  // namespace zoo
