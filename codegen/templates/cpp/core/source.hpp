// Where photos, or signals, come from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/photo.hpp"

namespace zoo {

// Reads a file of what the contract takes; throws Error.
Photo read_photo(const std::string& path, int number);

class Source {
 public:
  virtual ~Source() = default;

  // The next photo, none at the end; throws Error.
  virtual std::optional<Photo> next() = 0;

  // Photos so far that could not be read and were left out.
  virtual int skipped() const { return 0; }
};

// Whether a name is of a camera: of a device, or below /dev/ of nothing that is there now.
bool is_camera(const std::string& name);

// camera_timeout_s: how long a camera may deliver nothing.
// Opens a picture, a directory of pictures, raw:WIDTHxHEIGHT:FILE or a camera; or a WAV file, a
// directory of such or raw:FILE. Files may be pipes. Throws Error.
std::unique_ptr<Source> open_source(const std::string& name, double camera_timeout_s);

}  // namespace zoo
