// Sums of weighted pixels by NEON, which every 64-bit ARM has.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sampling_plain.hpp"

namespace zoo::sampling::neon {

// Writes 16 sums of the lines' bytes from `at` on. Weights are below 2^16.
inline void sum_16(const std::vector<Line>& lines, std::size_t at, std::uint32_t* sums) {
  uint32x4_t sum[4] = {vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0)};
  for (const Line& line : lines) {
    const uint8x16_t bytes = vld1q_u8(line.bytes + at);
    const auto weight = static_cast<std::uint16_t>(line.weight);
    const uint16x8_t low = vmovl_u8(vget_low_u8(bytes));
    const uint16x8_t high = vmovl_u8(vget_high_u8(bytes));
    sum[0] = vmlal_n_u16(sum[0], vget_low_u16(low), weight);
    sum[1] = vmlal_n_u16(sum[1], vget_high_u16(low), weight);
    sum[2] = vmlal_n_u16(sum[2], vget_low_u16(high), weight);
    sum[3] = vmlal_n_u16(sum[3], vget_high_u16(high), weight);
  }
  for (int i = 0; i < 4; ++i) vst1q_u32(sums + at + 4 * i, sum[i]);
}

// The same for weights that add up to 256.
inline void sum_16(const std::vector<Line>& lines, std::size_t at, std::uint16_t* sums) {
  uint16x8_t low = vdupq_n_u16(0);
  uint16x8_t high = vdupq_n_u16(0);
  for (const Line& line : lines) {
    const uint8x16_t bytes = vld1q_u8(line.bytes + at);
    const auto weight = static_cast<std::uint16_t>(line.weight);
    low = vmlaq_n_u16(low, vmovl_u8(vget_low_u8(bytes)), weight);
    high = vmlaq_n_u16(high, vmovl_u8(vget_high_u8(bytes)), weight);
  }
  vst1q_u16(sums + at, low);
  vst1q_u16(sums + at + 8, high);
}

template <class Sum>
void sum_lines(const std::vector<Line>& lines, std::vector<Sum>& sums, std::size_t count) {
  std::size_t at = 0;
  for (; at + 16 <= count; at += 16) sum_16(lines, at, sums.data());
  if (at < count) sum_16(lines, count - 16, sums.data());
}

// Adds four channels' sums, times a place's weight.
inline uint32x4_t add_4(uint32x4_t sum, const std::uint32_t* sums, std::uint32_t weight) {
  return vmlaq_n_u32(sum, vld1q_u32(sums), weight);
}

inline uint32x4_t add_4(uint32x4_t sum, const std::uint16_t* sums, std::uint32_t weight) {
  return vmlal_n_u16(sum, vld1_u16(sums), static_cast<std::uint16_t>(weight));
}

// As the plain form, for channels up to 4 and means of 32 bits; sums are readable 3 beyond.
template <class Sum>
void mean_columns(const std::vector<Sum>& sums, const Stencil& columns, int channels,
                  const Mean& mean, std::uint8_t* pixels) {
  const uint32x4_t half = vdupq_n_u32(static_cast<std::uint32_t>(mean.half()));
  const uint16x4_t factor = vdup_n_u16(static_cast<std::uint16_t>(mean.factor_above_one()));
  const int16x4_t shift = vdup_n_s16(static_cast<std::int16_t>(-mean.shift()));
  const auto step = static_cast<std::size_t>(channels);
  const std::size_t size = columns.size() * step;
  std::size_t column = 0;
  for (; column * step + 4 <= size; ++column) {
    uint32x4_t sum = half;
    const Place* places = columns.of(column);
    for (std::size_t i = 0; i < columns.per_pixel; ++i) {
      sum = add_4(sum, sums.data() + places[i].index, places[i].weight);
    }
    const uint16x4_t scaled = vshrn_n_u32(sum, 16);
    const uint16x4_t product = vshrn_n_u32(vmull_u16(scaled, factor), 16);
    const uint16x4_t means = vshl_u16(vadd_u16(scaled, product), shift);
    const uint8x8_t bytes = vmovn_u16(vcombine_u16(means, means));
    // Bytes beyond a pixel are those of the next one, which overwrites them.
    const std::uint32_t four = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
    std::memcpy(pixels + column * step, &four, sizeof four);
  }
  plain::mean_columns(sums, columns, channels, mean, pixels, column);
}

}  // namespace zoo::sampling::neon
