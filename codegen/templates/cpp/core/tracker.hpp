// Follows faces from photo to photo by their landmarks.
#pragma once

#include <memory>
#include <vector>

#include "core/box_finder.hpp"

namespace zoo {

// Asks another finder where faces are, and again when all of them are lost.
class Tracker : public BoxFinder {
 public:
  explicit Tracker(std::unique_ptr<BoxFinder> detector);
  std::vector<Box> find(const Photo& photo) override;
  void follow(const Photo& photo, const std::vector<Box>& faces) override;

 private:
  std::unique_ptr<BoxFinder> detector_;
  std::vector<Box> faces_;
};

// The box that landmarks [K, 2] span. They have pixel centres at integers, a box its edges.
Box span(const Tensor& landmarks);

}  // namespace zoo
