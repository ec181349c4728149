#include "core/tracker.hpp"

#include <algorithm>

namespace zoo {

namespace {

constexpr double kEdgeMin = 8;

// A detection belongs to an object that it overlaps by this part of their union.
constexpr double kSameObject = 0.3;

// Two objects that overlap by more are one.
constexpr double kOneObject = 0.6;

// A box is lost if it is tiny, its centre is outside the photo, or it has a nan.
bool is_visible(const Box& box, const Image& image) {
  const double x = box.x + box.width / 2;
  const double y = box.y + box.height / 2;
  return box.width >= kEdgeMin && box.height >= kEdgeMin && x >= 0 && x < image.width && y >= 0 &&
         y < image.height;
}

// The place that overlaps a box most, of those not taken yet; their number if there is none.
std::size_t best_match(const Box& box, const std::vector<Place>& found,
                       const std::vector<bool>& is_taken) {
  std::size_t best = found.size();
  double largest = kSameObject;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double common = is_taken[i] ? 0 : overlap(box, found[i].box);
    if (common < largest) continue;
    best = i;
    largest = common;
  }
  return best;
}

}  // namespace

Tracker::Tracker(std::unique_ptr<BoxFinder> finder, int every)
    : finder_(std::move(finder)), every_(every) {}

std::vector<Place> Tracker::find(const Photo& photo) {
  detector_ms_.reset();
  ++photos_since_;
  if (asks()) {
    photos_since_ = 0;
    merge(finder_->find(photo));
    detector_ms_ = finder_->detector_ms();
  }
  return places();
}

bool Tracker::asks() const {
  return objects_.empty() || (finder_->is_detector() && (has_lost_ || photos_since_ >= every_));
}

// Keeps the objects, the older ones first, and adds those that are new.
void Tracker::merge(const std::vector<Place>& found) {
  std::vector<Object> kept;
  std::vector<bool> is_taken(found.size());
  for (Object object : objects_) {
    const std::size_t match = best_match(object.place.box, found, is_taken);
    const bool is_found = match < found.size();
    if (object.is_in_doubt && !is_found) continue;
    const std::optional<int> id = object.place.id;
    if (object.is_in_doubt) object.place = found[match];
    object.place.id = id;
    object.is_in_doubt = false;
    object.place.score = is_found ? found[match].score : std::nullopt;
    if (!is_found) object.place.passes = 2;  // a check
    if (is_found) is_taken[match] = true;
    kept.push_back(object);
  }
  objects_ = std::move(kept);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (is_taken[i] || !is_elsewhere(found[i].box)) continue;
    objects_.push_back({found[i]});
    objects_.back().place.id = next_id_++;
  }
}

void Tracker::follow(const Photo& photo, const std::vector<Finding>& findings) {
  const std::vector<Object> before = std::move(objects_);
  objects_.clear();
  has_lost_ = false;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Tensor* landmarks = rows_of(findings[i], "landmarks", 2);
    const bool is_found = landmarks != nullptr && !landmarks->data.empty();
    const Box box = is_found ? span(*landmarks) : Box{};
    const bool is_kept = is_visible(box, *photo.image) && is_elsewhere(box);
    has_lost_ = has_lost_ || !is_kept || findings[i].is_in_doubt;
    if (!is_kept) continue;
    const Place place{
        box, std::nullopt, 1, before[i].place.id, finder_->is_detector(), points_in(*landmarks)};
    objects_.push_back({place, findings[i].is_in_doubt});
  }
}

bool Tracker::is_elsewhere(const Box& box) const {
  return std::all_of(objects_.begin(), objects_.end(), [&](const Object& object) {
    return overlap(box, object.place.box) <= kOneObject;
  });
}

std::vector<Place> Tracker::places() const {
  std::vector<Place> places;
  for (const Object& object : objects_) places.push_back(object.place);
  return places;
}

}  // namespace zoo
