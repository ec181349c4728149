// Where photos, or signals, come from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

// One picture, or one signal where the contract takes such. source: file or device.  frame: number
// in the source, from 0.  time_s: since the source's first photo, if it is known.
struct Photo {
  std::string source;
  int frame = 0;
  std::shared_ptr<const Image> image;
  std::shared_ptr<const Signal> signal = nullptr;
  std::optional<double> time_s = std::nullopt;
};

// The box of a whole picture, or of a whole signal, which is one pixel high.
Box whole(const Photo& photo);

// Whether the contract takes signals.
bool takes_signals();

// Reads a file of what the contract takes; throws Error.
Photo read_photo(const std::string& path, int number);

class Source {
 public:
  virtual ~Source() = default;

  // The next photo, none at the end; throws Error.
  virtual std::optional<Photo> next() = 0;
};

// Opens a picture, a directory of pictures, raw:WIDTHxHEIGHT:FILE or /dev/videoN; or a WAV file, a
// directory of such or raw:FILE. Throws Error.
std::unique_ptr<Source> open_source(const std::string& name);

}  // namespace zoo
