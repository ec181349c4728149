// Where to look in a photo: the interface of a detector, and substitutes for one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/backend.hpp"
#include "core/source.hpp"

namespace zoo {

// A region of a photo. score: of the detection there, if there is one.  passes: how often to look;
// each further time in the box of the landmarks just found.
struct Place {
  Box box;
  std::optional<double> score = std::nullopt;
  int passes = 1;
};

class BoxFinder {
 public:
  virtual ~BoxFinder() = default;

  // The regions of a photo to look at; throws Error.
  virtual std::vector<Place> find(const Photo& photo) = 0;

  // Reports where the objects in the last photo's regions were found.
  virtual void follow(const Photo&, const std::vector<Box>&) {}

  // Milliseconds that a detector took for the last photo; none if it was not asked.
  virtual std::optional<double> detector_ms() const { return std::nullopt; }
};

// The boxes of a file, otherwise the fixed one, otherwise the detector's, otherwise the whole
// photo. detector: how to load it.  ignores_detector: whether to take the whole photo instead of
// it.
struct BoxOptions {
  std::string file;
  std::optional<Box> fixed;
  bool track = false;
  BackendOptions detector;
  bool ignores_detector = false;
};

// Throws Error.
std::unique_ptr<BoxFinder> make_box_finder(const BoxOptions& options);

// Reads "x,y,width,height"; throws Error.
Box parse_box(const std::string& text);

}  // namespace zoo
