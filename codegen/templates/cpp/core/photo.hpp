// What a network looks at.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

// One picture, or one signal where the contract takes such. source: file or device.  frame: number
// in the source, from 0.  time_s: since the source's first photo, if it is known.  is_frame:
// whether it has no name of its own, as those of a camera or raw file.
struct Photo {
  std::string source;
  int frame = 0;
  std::shared_ptr<const Image> image;
  std::shared_ptr<const Signal> signal = nullptr;
  std::optional<double> time_s = std::nullopt;
  bool is_frame = false;
};

// The box of a whole picture, or of a whole signal, which is one pixel high.
Box whole(const Photo& photo);

// Whether the contract takes signals.
bool takes_signals();

}  // namespace zoo
