// Where to look in a photo: the interface of a detector, and substitutes for one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.hpp"
#include "core/photo.hpp"

namespace zoo {

// A region of a photo. score: of the detection there, if there is one.  passes: how often to look;
// each further time in the box of the landmarks just found.  id: of a tracked object.
// is_followed: whether the box is that of its landmarks in the photo before, and to be checked.
// points: of the object, as the detector or its landmarks in the photo before have them.
struct Place {
  Box box;
  std::optional<double> score = std::nullopt;
  int passes = 1;
  std::optional<int> id = std::nullopt;
  bool is_followed = false;
  Points points = {};
};

class BoxFinder {
 public:
  virtual ~BoxFinder() = default;

  // The regions of a photo to look at; throws Error.
  virtual std::vector<Place> find(const Photo& photo) = 0;

  // Reports what was found in the last photo's regions, in their order.
  virtual void follow(const Photo&, const std::vector<Finding>&) {}

  // Whether it looks at the photo, so that asking it again may give another answer.
  virtual bool is_detector() const { return false; }

  // Milliseconds that a detector took for the last photo; none if it was not asked.
  virtual std::optional<double> detector_ms() const { return std::nullopt; }
};

// Photos after which the detector is asked again, unless the user says.
constexpr int kDetectEvery = 10;

// The boxes of a file, otherwise the fixed one, otherwise the detector's, otherwise the whole
// photo. track: whether to follow what was found.  detect_every: then, photos until the detector is
// asked again.  detector: how to load it.  ignores_detector: whether to take the whole photo
// instead.
struct BoxOptions {
  std::string file;
  std::optional<Box> fixed;
  bool track = false;
  std::optional<int> detect_every;
  BackendOptions detector;
  bool ignores_detector = false;
};

// Throws Error.
std::unique_ptr<BoxFinder> make_box_finder(const BoxOptions& options);

// Throws UsageError for a box that shows no part of a photo. where: what gave it.
void check_inside(const Box& box, const Photo& photo, const std::string& where);

// Reads "x,y,width,height"; throws Error.
Box parse_box(const std::string& text);

}  // namespace zoo
