// Where photos come from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

// One picture. source: file or device.  frame: number in the source, from 0.
struct Photo {
  std::string source;
  int frame = 0;
  std::shared_ptr<const Image> image;
};

class Source {
 public:
  virtual ~Source() = default;

  // The next photo, none at the end; throws Error.
  virtual std::optional<Photo> next() = 0;
};

// Opens a picture, a directory of pictures, raw:WIDTHxHEIGHT:FILE or /dev/videoN; throws Error.
std::unique_ptr<Source> open_source(const std::string& name);

}  // namespace zoo
