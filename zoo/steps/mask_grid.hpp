// The pixels of a mask in the photo. The numpy form is zoo/steps/mask.py.
#pragma once

#include <algorithm>
#include <cstdint>

#include "box_region.hpp"
#include "floor_div.hpp"
#include "frame.hpp"

namespace zoo {

// Squares of the photo's pixels from (x, y) on, `side` wide.
struct MaskGrid {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t side = 1;
};

// First pixel and number of pixels that two spans in 1/256 pixel share.
struct PixelSpan {
  PixelSpan(std::int64_t begin, std::int64_t length, std::int64_t other_begin,
            std::int64_t other_length)
      : first(floor_div(std::max(begin, other_begin), 256)) {
    const std::int64_t end = std::min(begin + length, other_begin + other_length);
    count = std::max<std::int64_t>(floor_div(end + 255, 256) - first, 1);
  }

  std::int64_t first = 0;
  std::int64_t count = 0;
};

// The grid over all of the photo's pixels that box and region share, of at most `pixels` squares.
inline MaskGrid mask_grid(const Box& box, const Region& region, std::int64_t pixels) {
  const Region own = box_region(box);
  const PixelSpan across(own.x0_q8, own.width_q8, region.x0_q8, region.width_q8);
  const PixelSpan down(own.y0_q8, own.height_q8, region.y0_q8, region.height_q8);
  MaskGrid grid{across.first, down.first, down.count, across.count, 1};
  while (grid.rows * grid.columns > pixels) {
    ++grid.side;
    grid.rows = (down.count + grid.side - 1) / grid.side;
    grid.columns = (across.count + grid.side - 1) / grid.side;
  }
  return grid;
}

}  // namespace zoo
