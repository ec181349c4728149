// Step aspect_ratios: how open eyes and mouth are. The numpy form is zoo/steps/aspect_ratios.py.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo::facial {

// Landmarks of an eye or a mouth: its corners, and pairs of upper and lower lid or lip.
struct Opening {
  std::pair<std::size_t, std::size_t> corners;
  std::vector<std::pair<std::size_t, std::size_t>> pairs;

  // Mean distance of the pairs over that of the corners; nan where the corners coincide.
  double ratio(const std::vector<double>& xy) const {
    const auto distance = [&xy](const std::pair<std::size_t, std::size_t>& pair) {
      const double dx = xy[2 * pair.first] - xy[2 * pair.second];
      const double dy = xy[2 * pair.first + 1] - xy[2 * pair.second + 1];
      return std::sqrt(dx * dx + dy * dy);
    };
    double height = 0;
    for (const auto& pair : pairs) height += distance(pair);
    height /= static_cast<double>(pairs.size());
    const double width = distance(corners);
    return width > 0 ? height / width : std::numeric_limits<double>::quiet_NaN();
  }
};

// Left and right are the person's own.
struct Face {
  Opening right_eye;
  Opening left_eye;
  Opening mouth;
};

inline Face ibug68() {
  return {{{36, 39}, {{37, 41}, {38, 40}}},
          {{42, 45}, {{43, 47}, {44, 46}}},
          {{60, 64}, {{61, 67}, {62, 66}, {63, 65}}}};
}

inline Face wflw98() {
  return {{{60, 64}, {{61, 67}, {62, 66}, {63, 65}}},
          {{68, 72}, {{69, 75}, {70, 74}, {71, 73}}},
          {{88, 92}, {{89, 95}, {90, 94}, {91, 93}}}};
}

}  // namespace zoo::facial

namespace zoo {

// Adds values "ear_left", "ear_right", "ear" (their mean) and "mar", from "landmarks".
// layout: "ibug68" or "wflw98".
inline void aspect_ratios(Values& values, const Frame&, const std::string& layout) {
  const facial::Face face = layout == "ibug68" ? facial::ibug68() : facial::wflw98();
  const std::vector<double>& xy = std::get<Tensor>(values.at("landmarks")).data;
  const double left = face.left_eye.ratio(xy);
  const double right = face.right_eye.ratio(xy);
  const double mar = face.mouth.ratio(xy);
  values["ear_left"] = Tensor{{}, {left}};
  values["ear_right"] = Tensor{{}, {right}};
  values["ear"] = Tensor{{}, {(left + right) / 2}};
  values["mar"] = Tensor{{}, {mar}};
}

}  // namespace zoo
