// What steps over the time of a tracked object work on. The Python form is zoo/step.py.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// What a tracked object did, in the source's time. confidence: 0..1.
struct Event {
  std::string name;
  double begin_s = 0;
  double end_s = 0;
  double confidence = 0;
};

// A tracked object in one photo. Steps over time change it in turn. time_s: of the photo, later
// than that of the moment before.  values: of the network's steps and earlier ones.  states: names
// of events that are going on.  events: those that ended.
struct Moment {
  double time_s = 0;
  Values values;
  std::vector<std::string> states;
  std::vector<Event> events;
};

// A step over time at work on one tracked object, from its first photo to its last.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void observe(Moment& moment) = 0;

  // Adds the events that end because the object was lost or the source ended.
  virtual void end(std::vector<Event>&) {}
};

// A contract's steps over time, in their order.
using Observers = std::vector<std::unique_ptr<Observer>>;

// An item of a value of numbers, row by row.
inline double item_of(const Values& values, const std::string& name, std::size_t item) {
  const Value& value = values.at(name);
  const Integers* integers = std::get_if<Integers>(&value);
  return integers != nullptr ? static_cast<double>(integers->data.at(item))
                             : std::get<Tensor>(value).data.at(item);
}

// Whether a number passes a limit; when: "below", "above" or "beyond", which is its magnitude.
// nan does not pass.
inline bool passes(const std::string& when, double number, double limit) {
  if (when == "below") return number < limit;
  return (when == "beyond" ? std::fabs(number) : number) > limit;
}

}  // namespace zoo
