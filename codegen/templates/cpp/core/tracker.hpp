// Tracks boxes from photo to photo by their landmarks.
#pragma once

#include <memory>
#include <vector>

#include "core/box_finder.hpp"

namespace zoo {

// Asks another finder for boxes, and again when all are lost.
class Tracker : public BoxFinder {
 public:
  explicit Tracker(std::unique_ptr<BoxFinder> detector);
  std::vector<Place> find(const Photo& photo) override;
  void follow(const Photo& photo, const std::vector<Box>& boxes) override;
  std::optional<double> detector_ms() const override { return detector_ms_; }

 private:
  std::unique_ptr<BoxFinder> detector_;
  std::vector<Place> places_;
  std::optional<double> detector_ms_;
};

// The bounding box of landmarks [K, 2], K > 0: of their pixels, whose centres are at integers.
Box span(const Tensor& landmarks);

}  // namespace zoo
