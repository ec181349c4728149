// Everything that a run writes: records, raw outputs, overlays.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "core/finding.hpp"
#include "core/watch.hpp"

namespace zoo {

class Writer {
 public:
  // raw_outputs: a file.  overlay_directory: created if missing.  Both may be empty for none.
  // tells: whether events are also told to people.  Throws Error.
  Writer(const std::string& raw_outputs, const std::string& overlay_directory, bool tells);

  // Writes a photo's results; throws Error, and UsageError if its overlay could replace a picture
  // of the source.
  void write(const Photo& photo, const std::vector<Finding>& findings);

  void write(const std::vector<ObjectEvent>& events);

 private:
  void check_apart(const Photo& photo) const;

  std::string raw_outputs_;
  std::string overlay_directory_;
  bool tells_;
  std::ofstream raw_;
};

}  // namespace zoo
