#include "core/detector_finder.hpp"

namespace zoo {

namespace {

Box region_of(const double* box, const RegionRule& rule) {
  const double width = rule.width[0] * box[2] + rule.width[1] * box[3];
  const double height = rule.height[0] * box[2] + rule.height[1] * box[3];
  const double x = box[0] + box[2] / 2 + rule.shift[0] * box[2];
  const double y = box[1] + box[3] / 2 + rule.shift[1] * box[3];
  return {x - width / 2, y - height / 2, width, height};
}

// The points of a row of [N, K, 2].
Points row_of(const Tensor& points, std::size_t row) {
  const auto count = static_cast<std::size_t>(points.shape[1]);
  Points found;
  for (std::size_t i = row * count; i < (row + 1) * count; ++i) {
    found.push_back({points.data[2 * i], points.data[2 * i + 1]});
  }
  return found;
}

}  // namespace

DetectorFinder::DetectorFinder(const BackendOptions& options, const Detector& detector)
    : network_(load_network(options, detector.contract)), rule_(detector.regions) {}

std::vector<Place> DetectorFinder::find(const Photo& photo) {
  const Finding found = look(network_, photo, whole(photo));
  latency_ms_ = found.latency_ms;
  return regions_of(found, rule_);
}

std::vector<Place> regions_of(const Finding& found, const RegionRule& rule) {
  const Tensor* boxes = rows_of(found, "boxes", 4);
  if (boxes == nullptr) throw Error(found.contract->model + ": makes no value 'boxes' [N, 4]");
  const auto scores = found.values.find("scores");
  const Tensor* score =
      scores == found.values.end() ? nullptr : std::get_if<Tensor>(&scores->second);
  const Tensor* points = points_of(found, "keypoints");
  std::vector<Place> places;
  for (std::size_t row = 0; row < boxes->data.size() / 4; ++row) {
    const Box region = region_of(&boxes->data[4 * row], rule);
    if (!is_box(region)) continue;
    places.push_back({region, std::nullopt, rule.passes});
    if (score != nullptr) places.back().score = score->data[row];
    if (points != nullptr) places.back().points = row_of(*points, row);
  }
  return places;
}

}  // namespace zoo
