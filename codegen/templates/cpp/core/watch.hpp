// What a program does over the time of tracked objects: smooths landmarks, notices events.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/finding.hpp"
#include "core/one_euro.hpp"

namespace zoo {

// smoothing: of landmarks, if they are smoothed.  events: whether the contract's steps over time
// run.
struct WatchOptions {
  std::optional<OneEuroParameters> smoothing;
  bool events = false;

  bool needs_times() const { return smoothing || events; }
};

// id: of the object.
struct ObjectEvent {
  int id;
  Event event;
};

class Watch {
 public:
  explicit Watch(const WatchOptions& options) : options_(options) {}

  // Takes the next photo's findings of tracked objects, those in doubt included, and returns the
  // events that ended. Steps over time see values of landmarks as they were found; they add values
  // and states to the findings, whose landmarks are then smoothed. Objects that are not among them
  // are lost.
  std::vector<ObjectEvent> observe(double time_s, std::vector<Finding>& findings);

  // Ends all objects with the source.
  std::vector<ObjectEvent> end();

 private:
  struct Object {
    OneEuro landmarks;
    Observers observers;
  };

  Object start() const;
  void observe(double time_s, Object& object, Finding& finding, std::vector<ObjectEvent>& events);

  WatchOptions options_;
  std::map<int, Object> objects_;
};

}  // namespace zoo
