// Step equalize: histogram equalisation of a gray picture.
// The numpy form is zoo/steps/equalize.py.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "frame.hpp"
#include "levels.hpp"

namespace zoo {

// Replaces grey levels so that they become about equally frequent; the darkest becomes 0.
inline void equalize(Frame& frame) {
  Levels places = level_counts(*frame.image);
  const std::int64_t at_darkest =
      *std::find_if(places.begin(), places.end(), [](std::int64_t count) { return count > 0; });
  std::partial_sum(places.begin(), places.end(), places.begin());
  const std::int64_t total = places.back() - at_darkest;
  for (std::int64_t& place : places) place -= at_darkest;
  replace_levels(frame, places, total);
}

}  // namespace zoo
