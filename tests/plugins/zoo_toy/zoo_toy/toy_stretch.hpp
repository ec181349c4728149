// Step toy_stretch: show the whole box to the network, whatever its aspect ratio.
// The numpy form is toy_stretch.py.
#pragma once

#include <cmath>
#include <cstdint>

#include "frame.hpp"

namespace zoo {

// Sets the region to the box, in 1/256 pixel; throws Error for a box without area.
inline void toy_stretch(Frame& frame) {
  check_box(frame.box);
  const auto q8 = [](double value) {
    return static_cast<std::int64_t>(std::floor(value * 256 + 0.5));
  };
  const Box& box = frame.box;
  frame.region = Region{q8(box.x), q8(box.y), q8(box.width), q8(box.height)};
}

}  // namespace zoo
