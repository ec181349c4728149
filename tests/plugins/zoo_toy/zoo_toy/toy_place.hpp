// Step toy_place: from a normalised position to the photo's pixels.
// The numpy form is toy_place.py.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Adds value "place": [2] photo pixels.
inline void toy_place(Values& values, const Frame& frame, const std::string& output) {
  const std::vector<double>& position = std::get<Tensor>(values.at(output)).data;
  const Region& region = frame.region.value();
  const auto width = static_cast<double>(region.width_q8);
  const auto height = static_cast<double>(region.height_q8);
  const auto x0 = static_cast<double>(region.x0_q8);
  const auto y0 = static_cast<double>(region.y0_q8);
  values["place"] =
      Tensor{{2}, {(x0 + position[0] * width) / 256, (y0 + position[1] * height) / 256}};
}

}  // namespace zoo
