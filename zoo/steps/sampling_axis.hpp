// Which pixels of a photo each pixel of a result is made of, along one axis.
// The formula is in the numpy form, zoo/steps/sampling.py.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "floor_div.hpp"

namespace zoo::sampling {

struct Tap {
  int pixel;
  std::uint32_t weight;
};

// Weighted means of pixels along an axis: taps of result pixel i end before
// ends[i], and total is the sum of their weights.
struct Axis {
  std::vector<Tap> taps;
  std::vector<std::size_t> ends;
  std::uint64_t total = 256;

  std::size_t begin(std::size_t i) const { return i == 0 ? 0 : ends[i - 1]; }

  // One after the last of the pixels that any result pixel is made of; the first is that of
  // taps[0].
  int end_pixel() const { return taps.back().pixel + 1; }
};

// Appends taps to an axis. Pixels beyond the image are those at its edge.
class Taps {
 public:
  Taps(Axis& axis, int pixels) : axis_(axis), last_pixel_(pixels - 1) {}

  std::int64_t inside(std::int64_t pixel) const {
    return std::clamp<std::int64_t>(pixel, 0, last_pixel_);
  }

  // Neighbouring taps of one pixel become one.
  void add(std::int64_t pixel, std::int64_t weight) {
    if (weight == 0) return;
    const int place = static_cast<int>(inside(pixel));
    const std::size_t first = axis_.ends.empty() ? 0 : axis_.ends.back();
    const bool is_new = axis_.taps.size() == first || axis_.taps.back().pixel != place;
    if (is_new) axis_.taps.push_back({place, 0});
    axis_.taps.back().weight += static_cast<std::uint32_t>(weight);
  }

  void end_pixel() { axis_.ends.push_back(axis_.taps.size()); }

 private:
  Axis& axis_;
  std::int64_t last_pixel_;
};

inline Axis nearest_axis(std::int64_t start_q8, std::int64_t side_q8, int size, int pixels) {
  Axis axis;
  Taps taps(axis, pixels);
  for (std::int64_t i = 0; i < size; ++i) {
    taps.add(floor_div(start_q8 + side_q8 * (2 * i + 1) / (2 * std::int64_t{size}), 256), 256);
    taps.end_pixel();
  }
  return axis;
}

// Each result pixel is the mean of per_pixel places between pixels.
inline Axis bilinear_axis(std::int64_t start_q8, std::int64_t side_q8, int size, int pixels,
                          std::int64_t per_pixel) {
  Axis axis;
  axis.total = static_cast<std::uint64_t>(256 * per_pixel);
  Taps taps(axis, pixels);
  const std::int64_t places = size * per_pixel;
  for (std::int64_t i = 0; i < places; ++i) {
    const std::int64_t position_q8 = start_q8 + side_q8 * (2 * i + 1) / (2 * places) - 128;
    const std::int64_t below = floor_div(position_q8, 256);
    const std::int64_t above_q8 = position_q8 - 256 * below;
    taps.add(below, 256 - above_q8);
    taps.add(below + 1, above_q8);
    if ((i + 1) % per_pixel == 0) taps.end_pixel();
  }
  return axis;
}

// Each result pixel is the mean of what it covers.
inline Axis area_axis(std::int64_t start_q8, std::int64_t side_q8, int size, int pixels) {
  constexpr std::int64_t kTotal = 65536;
  Axis axis;
  axis.total = kTotal;
  Taps taps(axis, pixels);
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t begin = start_q8 + side_q8 * i / size;
    const std::int64_t end = std::max(start_q8 + side_q8 * (i + 1) / size, begin + 1);
    const std::int64_t last = taps.inside(floor_div(end - 1, 256));
    std::int64_t before = 0;
    for (std::int64_t pixel = taps.inside(floor_div(begin, 256)); pixel <= last; ++pixel) {
      const std::int64_t share =
          pixel == last ? kTotal : (256 * (pixel + 1) - begin) * kTotal / (end - begin);
      taps.add(pixel, share - before);
      before = share;
    }
    taps.end_pixel();
  }
  return axis;
}

inline Axis make_axis(std::int64_t start_q8, std::int64_t side_q8, int size, int pixels,
                      const std::string& interpolation) {
  constexpr std::int64_t kTapsMax = 8;
  if (interpolation == "area") return area_axis(start_q8, side_q8, size, pixels);
  if (interpolation == "nearest") return nearest_axis(start_q8, side_q8, size, pixels);
  const std::int64_t n = size;
  const std::int64_t averaged =
      std::clamp<std::int64_t>((2 * side_q8 + 256 * n) / (512 * n), 1, kTapsMax);
  const std::int64_t per_pixel = interpolation == "bilinear" ? 1 : averaged;
  return bilinear_axis(start_q8, side_q8, size, pixels, per_pixel);
}

}  // namespace zoo::sampling
