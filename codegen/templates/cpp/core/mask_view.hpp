// The value 'mask' of a finding, as overlays draw it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/canvas.hpp"
#include "core/finding.hpp"

namespace zoo {

// Pixels of a mask in the photo: squares from (x, y) on, `side` wide.
struct MaskView {
  const Integers* runs;  // [N, 2] class, length
  std::size_t columns;
  int x;
  int y;
  int side;
  std::vector<Color> colors;  // of the classes

  // Paints the classes, but none in black, half transparent.
  void paint(Canvas& canvas) const;
};

// Nothing if the contract makes no mask.
std::optional<MaskView> mask_of(const Finding& finding);

}  // namespace zoo
