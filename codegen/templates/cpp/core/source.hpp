// Where photos, or signals, come from.
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
