// Step stretch: resample the whole box to the network's size.
// The numpy form is zoo/steps/stretch.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "box_region.hpp"
#include "frame.hpp"
#include "sampling.hpp"

namespace zoo {

// Replaces the image by its box, resampled to size = {height, width}.
inline void stretch(Frame& frame, const std::vector<int>& size, const std::string& interpolation) {
  const Region box = box_region(frame.box);
  frame.image =
      std::make_shared<const Image>(sample(*frame.image, box, size[0], size[1], interpolation));
  frame.region = box;
}

}  // namespace zoo
