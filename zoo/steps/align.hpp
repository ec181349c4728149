// Step align: turn, scale and move the photo so that points of an object lie where a network wants
// them. The numpy form is zoo/steps/align.py.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "box_region.hpp"
#include "crop.hpp"
#include "frame.hpp"
#include "sampling.hpp"
#include "turned_sampling.hpp"

namespace zoo {

namespace alignment {

// The square of 1/256: of the spread in pixels, and of the correlation, that points must have.
constexpr double kLeast = 1.0 / 65536;

inline std::array<double, 2> mean(const Points& points) {
  double x = 0;
  double y = 0;
  for (const std::array<double, 2>& point : points) {
    x += point[0];
    y += point[1];
  }
  const auto count = static_cast<double>(points.size());
  return {x / count, y / count};
}

}  // namespace alignment

// The part of the photo that a network of this size shall see, so that the points of the photo come
// closest to the wanted ones of the input; none if no part fits them.
inline std::optional<TurnedRegion> aligned_region(const Points& points, const Points& wanted,
                                                  int height, int width) {
  if (points.size() != wanted.size()) return std::nullopt;
  const auto [px, py] = alignment::mean(points);
  const auto [qx, qy] = alignment::mean(wanted);
  double size = 0;
  double span = 0;
  double along = 0;
  double across = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double dx = points[i][0] - px;
    const double dy = points[i][1] - py;
    const double du = wanted[i][0] - qx;
    const double dv = wanted[i][1] - qy;
    size += dx * dx + dy * dy;
    span += du * du + dv * dv;
    along += dx * du + dy * dv;
    across += dx * dv - dy * du;
  }
  const double norm = along * along + across * across;
  const double least = static_cast<double>(points.size()) * alignment::kLeast;
  if (!(size >= least && norm > 0 && norm >= size * span * alignment::kLeast)) return std::nullopt;
  const double a = along * size / norm;
  const double b = -(across * size / norm);
  const double left = qx + 0.5;
  const double top = qy + 0.5;
  const std::array<double, 6> place = {px + 0.5 - (a * left - b * top),
                                       py + 0.5 - (b * left + a * top),
                                       a * width,
                                       b * width,
                                       -(b * height),
                                       a * height};
  if (!is_turned_region(place)) return std::nullopt;
  const auto fixed = [&place](std::size_t i) { return to_fixed_point(place[i], 256); };
  return TurnedRegion{fixed(0), fixed(1), fixed(2), fixed(3), fixed(4), fixed(5)};
}

// Replaces the image by the part of it in which the frame's points come closest to `points`, or by
// that of step crop with `scale`, resampled to size = {height, width}.
inline void align(Frame& frame, const Points& points, const std::vector<int>& size, double scale,
                  const std::string& interpolation) {
  frame.turned_region = aligned_region(frame.points, points, size[0], size[1]);
  if (frame.turned_region) {
    frame.image = std::make_shared<const Image>(
        resample(*frame.image, *frame.turned_region, size[0], size[1], interpolation));
    return;
  }
  crop(frame, scale, size);
  frame.image = std::make_shared<const Image>(
      sample(*frame.image, *frame.region, size[0], size[1], interpolation));
}

}  // namespace zoo
