#include "core/tracker.hpp"

#include <algorithm>

namespace zoo {

namespace {

constexpr double kEdgeMin = 8;

// A box is lost if it is tiny, its centre is outside the photo, or it has a nan.
bool is_visible(const Box& box, const Image& image) {
  const double x = box.x + box.width / 2;
  const double y = box.y + box.height / 2;
  return box.width >= kEdgeMin && box.height >= kEdgeMin && x >= 0 && x < image.width && y >= 0 &&
         y < image.height;
}

}  // namespace

Tracker::Tracker(std::unique_ptr<BoxFinder> detector) : detector_(std::move(detector)) {}

std::vector<Place> Tracker::find(const Photo& photo) {
  detector_ms_.reset();
  if (!places_.empty()) return places_;
  std::vector<Place> found = detector_->find(photo);
  detector_ms_ = detector_->detector_ms();
  return found;
}

void Tracker::follow(const Photo& photo, const std::vector<Box>& boxes) {
  places_.clear();
  for (const Box& box : boxes) {
    if (is_visible(box, *photo.image)) places_.push_back({box});
  }
}

Box span(const Tensor& landmarks) {
  double low[2] = {landmarks.data[0], landmarks.data[1]};
  double high[2] = {low[0], low[1]};
  for (std::size_t i = 0; i < landmarks.data.size(); ++i) {
    low[i % 2] = std::min(low[i % 2], landmarks.data[i]);
    high[i % 2] = std::max(high[i % 2], landmarks.data[i]);
  }
  return {low[0] + 0.5, low[1] + 0.5, high[0] - low[0], high[1] - low[1]};
}

}  // namespace zoo
