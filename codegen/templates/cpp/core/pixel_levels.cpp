#include "core/pixel_levels.hpp"

#include <algorithm>

namespace zoo {

PixelLevels::PixelLevels(const PixelValues& values,
                         const std::function<std::uint8_t(float)>& quantize)
    : levels_(values.size()), adds_(true) {
  for (std::size_t c = 0; c < values.size(); ++c) {
    std::transform(values[c].begin(), values[c].end(), levels_[c].begin(), quantize);
    for (std::size_t i = 0; i < levels_[c].size(); ++i) {
      adds_ = adds_ && levels_[c][i] == static_cast<std::uint8_t>(levels_[0][0] + i);
    }
  }
}

void PixelLevels::write(const Image& image, std::uint8_t* bytes) const {
  const std::uint8_t* pixels = image.pixels.data();
  const std::size_t size = image.pixels.size();
  if (adds_) {  // as for mean 128 and std 128: the processor adds 16 or more at once
    const std::uint8_t first = levels_[0][0];
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(pixels[i] + first);
    }
    return;
  }
  const std::size_t channels = levels_.size();
  for (std::size_t i = 0; i < size; i += channels) {
    for (std::size_t c = 0; c < channels; ++c) bytes[i + c] = levels_[c][pixels[i + c]];
  }
}

}  // namespace zoo
