// Step resize: resample the region to the network's size, in integers only.
// The numpy form is zoo/steps/resize.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "frame.hpp"
#include "sampling.hpp"

namespace zoo {

// Replaces the image by its region, resampled to size = {height, width}.
inline void resize(Frame& frame, const std::vector<int>& size, const std::string& interpolation) {
  frame.image = std::make_shared<const Image>(
      sample(*frame.image, frame.region.value(), size[0], size[1], interpolation));
}

}  // namespace zoo
