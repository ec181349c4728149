#include "core/watch.hpp"

#include <algorithm>
#include <utility>

namespace zoo {

namespace {

void end_object(int id, const Observers& observers, std::vector<ObjectEvent>& events) {
  std::vector<Event> ended;
  for (const auto& observer : observers) observer->end(ended);
  for (const Event& event : ended) events.push_back({id, event});
}

void smooth_landmarks(double time_s, OneEuro& filter, Finding& finding) {
  const auto found = finding.values.find("landmarks");
  Tensor* landmarks = found == finding.values.end() ? nullptr : std::get_if<Tensor>(&found->second);
  if (landmarks == nullptr || landmarks->data.empty()) return;
  const Box box = span(*landmarks);
  filter.smooth(time_s, std::max({box.width, box.height, 1.0}), landmarks->data);
}

}  // namespace

std::vector<ObjectEvent> Watch::observe(double time_s, std::vector<Finding>& findings) {
  std::vector<ObjectEvent> events;
  std::map<int, Object> kept;
  for (Finding& finding : findings) {
    auto known = objects_.extract(*finding.id);
    Object object = known ? std::move(known.mapped()) : start();
    if (!finding.is_in_doubt) observe(time_s, object, finding, events);
    kept.emplace(*finding.id, std::move(object));
  }
  for (const ObjectEvent& event : end()) events.push_back(event);
  objects_ = std::move(kept);
  return events;
}

void Watch::observe(double time_s, Object& object, Finding& finding,
                    std::vector<ObjectEvent>& events) {
  if (options_.events) {
    Moment moment{time_s, std::move(finding.values), {}, {}};
    for (const auto& observer : object.observers) observer->observe(moment);
    for (const Event& event : moment.events) events.push_back({*finding.id, event});
    finding.values = std::move(moment.values);
    finding.states = std::move(moment.states);
  }
  if (options_.smoothing) smooth_landmarks(time_s, object.landmarks, finding);
}

std::vector<ObjectEvent> Watch::end() {
  std::vector<ObjectEvent> events;
  for (const auto& [id, object] : objects_) end_object(id, object.observers, events);
  objects_.clear();
  return events;
}

Watch::Object Watch::start() const {
  Object object{OneEuro(options_.smoothing.value_or(OneEuroParameters{})), {}};
  if (options_.events) object.observers = kContract.observers();
  return object;
}

}  // namespace zoo
