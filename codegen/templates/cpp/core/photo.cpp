#include "core/photo.hpp"

#include "core/contract.hpp"

namespace zoo {

Box whole(const Photo& photo) {
  if (photo.signal) return {0, 0, static_cast<double>(photo.signal->samples.size()), 1};
  return {0, 0, static_cast<double>(photo.image->width), static_cast<double>(photo.image->height)};
}

bool takes_signals() { return kContract.signal.rate_hz > 0; }

}  // namespace zoo
