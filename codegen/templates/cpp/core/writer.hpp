// Everything that a run writes: records, raw outputs, overlays.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "core/finding.hpp"

namespace zoo {

class Writer {
 public:
  // raw_outputs: a file.  overlay_directory: created if missing.  Both may be empty for none.
  // Throws Error.
  Writer(const std::string& raw_outputs, const std::string& overlay_directory);

  // Writes a photo's results; throws Error.
  void write(const Photo& photo, const std::vector<Finding>& findings);

 private:
  std::string raw_outputs_;
  std::string overlay_directory_;
  std::ofstream raw_;
};

}  // namespace zoo
