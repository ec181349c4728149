// Step resize: sample the region to the network's size, in integers only.
// The formula stands in the numpy form, zoo/steps/resize.py.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "floor_div.hpp"
#include "frame.hpp"

namespace zoo::resampling {

// One tap: between the pixels below and above, weight of the one above in 1/256.
struct Tap {
  int below;
  int above;
  std::uint32_t weight_q8;
};

// Taps along one axis, per_pixel of them for each output pixel.
struct Axis {
  int per_pixel;
  std::vector<Tap> taps;
};

inline Axis make_axis(std::int64_t start_q8, std::int64_t side_q8, int size, int pixels) {
  constexpr std::int64_t kTapsMax = 8;
  const std::int64_t n = size;
  const std::int64_t k = std::clamp<std::int64_t>((2 * side_q8 + 256 * n) / (512 * n), 1, kTapsMax);
  const auto inside = [last = pixels - 1](std::int64_t pixel) {
    return static_cast<int>(std::clamp<std::int64_t>(pixel, 0, last));
  };
  Axis axis{static_cast<int>(k), {}};
  for (std::int64_t tap = 0; tap < n * k; ++tap) {
    const std::int64_t position_q8 = start_q8 + side_q8 * (2 * tap + 1) / (2 * n * k) - 128;
    const std::int64_t below = floor_div(position_q8, 256);
    axis.taps.push_back(
        {inside(below), inside(below + 1), static_cast<std::uint32_t>(position_q8 - 256 * below)});
  }
  return axis;
}

// Adds up the rows of one output row into sums, columns first..last of the image.
inline void sum_rows(const Image& image, const Axis& rows, int row, int first,
                     std::vector<std::uint32_t>& sums) {
  std::fill(sums.begin(), sums.end(), 0U);
  const auto at = [&](int y) {
    return image.pixels.data() + (std::ptrdiff_t{y} * image.width + first) * image.channels;
  };
  for (int i = row * rows.per_pixel; i < (row + 1) * rows.per_pixel; ++i) {
    const Tap& tap = rows.taps[static_cast<std::size_t>(i)];
    const std::uint8_t* below = at(tap.below);
    const std::uint8_t* above = at(tap.above);
    for (std::size_t j = 0; j < sums.size(); ++j) {
      sums[j] += (256 - tap.weight_q8) * below[j] + tap.weight_q8 * above[j];
    }
  }
}

// Adds up the columns of one output row and writes its pixels.
inline void sum_columns(const std::vector<std::uint32_t>& sums, const Axis& columns, int first,
                        int channels, std::uint32_t taps, std::uint8_t* pixels) {
  for (std::size_t i = 0; i < columns.taps.size();) {
    const std::size_t end = i + static_cast<std::size_t>(columns.per_pixel);
    std::uint32_t total[4] = {};
    for (; i < end; ++i) {
      const Tap& tap = columns.taps[i];
      const std::uint32_t* below = sums.data() + std::ptrdiff_t{tap.below - first} * channels;
      const std::uint32_t* above = sums.data() + std::ptrdiff_t{tap.above - first} * channels;
      for (int c = 0; c < channels; ++c) {
        total[c] += (256 - tap.weight_q8) * below[c] + tap.weight_q8 * above[c];
      }
    }
    for (int c = 0; c < channels; ++c) {
      *pixels++ = static_cast<std::uint8_t>((total[c] + 32768 * taps) / (65536 * taps));
    }
  }
}

}  // namespace zoo::resampling

namespace zoo {

// Replaces the image by its region, resampled to size = {height, width}.
inline void resize(Frame& frame, const std::vector<int>& size) {
  const Image& photo = *frame.image;
  const Region& region = frame.region.value();
  const resampling::Axis rows =
      resampling::make_axis(region.y0_q8, region.height_q8, size[0], photo.height);
  const resampling::Axis columns =
      resampling::make_axis(region.x0_q8, region.width_q8, size[1], photo.width);
  const int first = columns.taps.front().below;
  const std::ptrdiff_t width = columns.taps.back().above - first + 1;
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(width * photo.channels));
  const auto row_bytes =
      static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(photo.channels);
  Image image{size[0], size[1], photo.channels, {}};
  image.pixels.resize(row_bytes * static_cast<std::size_t>(size[0]));
  const auto taps = static_cast<std::uint32_t>(rows.per_pixel * columns.per_pixel);
  for (int row = 0; row < size[0]; ++row) {
    resampling::sum_rows(photo, rows, row, first, sums);
    resampling::sum_columns(sums, columns, first, photo.channels, taps,
                            image.pixels.data() + row_bytes * static_cast<std::size_t>(row));
  }
  frame.image = std::make_shared<const Image>(std::move(image));
}

}  // namespace zoo
