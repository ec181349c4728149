// Step fold: from every block of pixels to channels of one pixel.
// The numpy form is zoo/steps/fold.py.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "frame.hpp"

namespace zoo {

// Turns [H, W, C] into [H / factor, W / factor, factor * factor * C], the pixels of a block row by
// row.
inline void fold(Frame& frame, int factor) {
  const Image& image = *frame.image;
  if (image.height % factor != 0 || image.width % factor != 0) {
    throw Error("contract step 'fold': the picture has " + std::to_string(image.height) + " x " +
                std::to_string(image.width) + " pixels, which factor " + std::to_string(factor) +
                " does not divide; resize it before to multiples of it");
  }
  Image folded{image.height / factor, image.width / factor, image.channels * factor * factor, {}};
  folded.pixels.reserve(image.pixels.size());
  for (int y = 0; y < folded.height; ++y) {
    for (int x = 0; x < folded.width; ++x) {
      for (int i = 0; i < factor; ++i) {
        const int first = ((y * factor + i) * image.width + x * factor) * image.channels;
        const auto row = image.pixels.begin() + first;
        folded.pixels.insert(folded.pixels.end(), row, row + factor * image.channels);
      }
    }
  }
  frame.image = std::make_shared<const Image>(std::move(folded));
}

}  // namespace zoo
