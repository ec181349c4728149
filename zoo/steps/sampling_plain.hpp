// Sums of weighted pixels, in plain C++: the meaning of sampling_sse2.hpp and sampling_neon.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sampling_axis.hpp"

namespace zoo::sampling {

// A row of a photo, and its weight in a row of the result.
struct Line {
  const std::uint8_t* bytes;
  std::uint32_t weight;
};

// A weight, and the index of the first channel of a column's sums.
struct Place {
  std::uint32_t index;
  std::uint32_t weight;
};

// The columns of a result: of each, the same number of places, filled up with weights of 0. That
// number is a multiple of `step`.
struct Stencil {
  std::size_t per_pixel;
  std::vector<Place> places;

  std::size_t size() const { return places.size() / per_pixel; }
  const Place* of(std::size_t column) const { return places.data() + column * per_pixel; }
};

// Where the sums begin with those of the axis's first pixel.
inline Stencil make_stencil(const Axis& axis, int channels, std::size_t step) {
  Stencil stencil{0, {}};
  for (std::size_t i = 0; i < axis.ends.size(); ++i) {
    stencil.per_pixel = std::max(stencil.per_pixel, axis.ends[i] - axis.begin(i));
  }
  stencil.per_pixel = (stencil.per_pixel + step - 1) / step * step;
  stencil.places.reserve(stencil.per_pixel * axis.ends.size());
  for (std::size_t i = 0; i < axis.ends.size(); ++i) {
    for (std::size_t j = 0; j < stencil.per_pixel; ++j) {
      const std::size_t at = axis.begin(i) + j;
      const Tap& tap = axis.taps[std::min(at, axis.ends[i] - 1)];
      const int index = (tap.pixel - axis.taps.front().pixel) * channels;
      stencil.places.push_back(
          {static_cast<std::uint32_t>(index), at < axis.ends[i] ? tap.weight : 0});
    }
  }
  return stencil;
}

// Divides by a sum of weights, halves up. The sum is 65536 n, with n from 1 to 64, or 65536:
//   (x + 32768 n) / (65536 n) = y / n,   y = (x + 32768 n) >> 16 < 256 n,
//   y / n = y f >> (16 + s),             f = ceil(2^(16 + s) / n), 2^s >= n,
// since e = n f - 2^(16 + s) < n makes y e < 256 n n <= 2^(14 + s), and n = 65536 makes e = 0.
class Mean {
 public:
  explicit Mean(std::uint64_t total) : n_(total >> 16) {
    while (std::uint64_t{1} << shift_ < n_) ++shift_;
    factor_ = ((std::uint64_t{65536} << shift_) + n_ - 1) / n_;
  }

  std::uint8_t operator()(std::uint64_t sum) const {
    return static_cast<std::uint8_t>((((sum + half()) >> 16) * factor_) >> (16 + shift_));
  }

  // Whether sums, and what is added to them, are below 2^31.
  bool fits_32_bits() const { return n_ <= 64; }

  std::uint64_t half() const { return 32768 * n_; }
  int shift() const { return shift_; }
  // f - 65536, which has 16 bits.
  int factor_above_one() const { return static_cast<int>(factor_) - 65536; }

 private:
  std::uint64_t n_;
  std::uint64_t factor_ = 0;
  int shift_ = 0;
};

namespace plain {

// sums[i] = sum of weight times byte i of all lines. Sum: std::uint16_t where weights add up to
// 256, otherwise std::uint32_t.
template <class Sum>
void sum_lines(const std::vector<Line>& lines, std::vector<Sum>& sums, std::size_t count) {
  std::fill_n(sums.begin(), count, Sum{0});
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < count; ++i) {
      sums[i] = static_cast<Sum>(sums[i] + line.weight * line.bytes[i]);
    }
  }
}

// Writes the pixels of a result row, from column `begin` on. sums: of the photo's columns.
template <class Sum>
void mean_columns(const std::vector<Sum>& sums, const Stencil& columns, int channels,
                  const Mean& mean, std::uint8_t* pixels, std::size_t begin = 0) {
  pixels += begin * static_cast<std::size_t>(channels);
  for (std::size_t column = begin; column < columns.size(); ++column) {
    const Place* places = columns.of(column);
    for (int c = 0; c < channels; ++c) {
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < columns.per_pixel; ++i) {
        sum += std::uint64_t{places[i].weight} * sums[places[i].index + static_cast<unsigned>(c)];
      }
      *pixels++ = mean(sum);
    }
  }
}

}  // namespace plain

}  // namespace zoo::sampling
