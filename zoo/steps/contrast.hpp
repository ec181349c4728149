// Step contrast: grey levels stretched to the full range.
// The numpy form is zoo/steps/contrast.py.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "frame.hpp"
#include "levels.hpp"

namespace zoo {

// Makes the darkest pixels 0 and the brightest 255, `cut_percent` of all each, linearly between.
inline void contrast(Frame& frame, int cut_percent) {
  Levels up_to = level_counts(*frame.image);
  std::partial_sum(up_to.begin(), up_to.end(), up_to.begin());
  const std::int64_t cut = up_to.back() * cut_percent / 100;
  // The level of the pixel with this many pixels before it in order of level.
  const auto level_after = [&](std::int64_t before) -> std::int64_t {
    return std::upper_bound(up_to.begin(), up_to.end(), before) - up_to.begin();
  };
  const std::int64_t low = level_after(cut), high = level_after(up_to.back() - cut - 1);
  Levels places{};
  std::iota(places.begin(), places.end(), -low);
  replace_levels(frame, places, high - low);
}

}  // namespace zoo
