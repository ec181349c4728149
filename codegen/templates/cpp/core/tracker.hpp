// Tracks objects from photo to photo by their landmarks.
#pragma once

#include <memory>
#include <vector>

#include "core/box_finder.hpp"

namespace zoo {

// Asks another finder for places when all objects are lost. One that is a detector is also asked
// when an object is in doubt, and after `every` photos: new objects enter, and those that it no
// longer finds are checked.
//
// An object's next place is the box of its landmarks. It is lost if that is tiny or out of the
// photo, or if another object is already there. In a program with a detector it is in doubt if
// further looks keep moving its landmarks, as they do where no object is; then it is lost unless
// the detector finds it in the next photo.
class Tracker : public BoxFinder {
 public:
  Tracker(std::unique_ptr<BoxFinder> finder, int every);
  std::vector<Place> find(const Photo& photo) override;
  void follow(const Photo& photo, const std::vector<Finding>& findings) override;
  bool is_detector() const override { return finder_->is_detector(); }
  std::optional<double> detector_ms() const override { return detector_ms_; }

 private:
  struct Object {
    Place place;
    bool is_in_doubt = false;
  };

  bool asks() const;
  bool is_elsewhere(const Box& box) const;
  void merge(const std::vector<Place>& found);
  std::vector<Place> places() const;

  std::unique_ptr<BoxFinder> finder_;
  int every_;
  int photos_since_ = 0;
  int next_id_ = 0;
  std::vector<Object> objects_;
  bool has_lost_ = false;
  std::optional<double> detector_ms_;
};

}  // namespace zoo
