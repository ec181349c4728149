// Step center_crop: resize the box, then cut its centre out.
// The numpy form is zoo/steps/center_crop.py.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "box_region.hpp"
#include "floor_div.hpp"
#include "frame.hpp"
#include "sampling.hpp"

namespace zoo {

// Replaces the image by the centre, size = {height, width}, of its box. That
// has a short side of short_side pixels, or sides = {height, width} if given.
inline void center_crop(Frame& frame, int short_side, const std::vector<int>& size,
                        const std::string& interpolation, const std::vector<int>& sides) {
  const Region box = box_region(frame.box);
  const std::int64_t shorter = std::min(box.width_q8, box.height_q8);
  Region part;
  const auto cut = [&](std::int64_t start, std::int64_t side, std::size_t axis,
                       std::int64_t& part_start, std::int64_t& part_side) {
    const std::int64_t pixels = size[axis];
    const std::int64_t resized = sides.empty() ? side * short_side / shorter : sides[axis];
    const std::int64_t rest = resized - pixels;
    const std::int64_t before = (rest + (rest / 2) % 2) / 2;  // half of it, to even
    part_start = start + round_divide(before * side, resized);
    part_side = round_divide(pixels * side, resized);
  };
  cut(box.x0_q8, box.width_q8, 1, part.x0_q8, part.width_q8);
  cut(box.y0_q8, box.height_q8, 0, part.y0_q8, part.height_q8);
  frame.image =
      std::make_shared<const Image>(sample(*frame.image, part, size[0], size[1], interpolation));
  frame.region = part;
}

}  // namespace zoo
