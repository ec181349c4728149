// Regions by the program's detector.
#pragma once

#include <vector>

#include "core/box_finder.hpp"
#include "core/finding.hpp"

namespace zoo {

class DetectorFinder : public BoxFinder {
 public:
  DetectorFinder(const BackendOptions& options, const Detector& detector);
  std::vector<Place> find(const Photo& photo) override;
  bool is_detector() const override { return true; }
  std::optional<double> detector_ms() const override { return latency_ms_; }

 private:
  Network network_;
  RegionRule rule_;
  double latency_ms_ = 0;
};

// The regions of the boxes that a detector found, in its order. Those that no contract takes, below
// a pixel or far out of the photo, are left out. The Python form is zoo.data.regions.
std::vector<Place> regions_of(const Finding& found, const RegionRule& rule);

}  // namespace zoo
