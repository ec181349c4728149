// Follows boxes from photo to photo by the landmarks in them.
#pragma once

#include <memory>
#include <vector>

#include "core/box_finder.hpp"

namespace zoo {

// Asks another finder where to look, and again when all of it is lost.
class Tracker : public BoxFinder {
 public:
  explicit Tracker(std::unique_ptr<BoxFinder> detector);
  std::vector<Box> find(const Photo& photo) override;
  void follow(const Photo& photo, const std::vector<Box>& boxes) override;

 private:
  std::unique_ptr<BoxFinder> detector_;
  std::vector<Box> boxes_;
};

// The box that landmarks [K, 2] span, K > 0. They have pixel centres at integers, a box its edges.
Box span(const Tensor& landmarks);

}  // namespace zoo
