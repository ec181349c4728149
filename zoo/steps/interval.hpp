// Step interval: events during which a number passes a limit, such as blinks.
// The formulas stand in the Python form, zoo/steps/interval.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "track.hpp"

namespace zoo {

// From the photo whose number passes the first limit to the one whose number leaves the second.
class Interval : public Observer {
 public:
  Interval(std::string event, std::string value, std::size_t item, std::string when,
           const std::array<double, 2>& limits, double sure, double shortest_s, double longest_s)
      : event_(std::move(event)),
        value_(std::move(value)),
        item_(item),
        when_(std::move(when)),
        limits_(limits),
        sure_(sure),
        shortest_s_(shortest_s),
        longest_s_(longest_s) {}

  void observe(Moment& moment) override {
    const double number = item_of(moment.values, value_, item_);
    last_s_ = moment.time_s;
    if (!passes(when_, number, limits_[photos_ > 0 ? 1 : 0])) {
      end(moment.events);
      return;
    }
    if (photos_ == 0) begin_s_ = moment.time_s;
    ++photos_;
    clearness_ += clear(number);
    if (is_event()) moment.states.push_back(event_);
  }

  void end(std::vector<Event>& events) override {
    if (photos_ > 0 && is_event()) {
      events.push_back({event_, begin_s_, last_s_, clearness_ / (photos_ + 1)});
    }
    photos_ = 0;
    clearness_ = 0;
  }

 private:
  bool is_event() const {
    const double length_s = last_s_ - begin_s_;
    return shortest_s_ <= length_s && length_s < longest_s_;
  }

  double clear(double number) const {
    const double size = when_ == "beyond" ? std::fabs(number) : number;
    const double part = (size - limits_[0]) / (sure_ - limits_[0]);
    return 0.5 + 0.5 * std::clamp(part, 0.0, 1.0);
  }

  std::string event_;
  std::string value_;
  std::size_t item_;
  std::string when_;
  std::array<double, 2> limits_;
  double sure_;
  double shortest_s_;
  double longest_s_;
  double begin_s_ = 0;
  double last_s_ = 0;
  int photos_ = 0;
  double clearness_ = 0;
};

// Adds events. when: "below", "above" or "beyond".  limits: where they begin, and where they end.
inline void interval(Observers& observers, const std::string& event, const std::string& value,
                     std::size_t item, const std::string& when, const std::array<double, 2>& limits,
                     double sure, double shortest_s, double longest_s) {
  observers.push_back(
      std::make_unique<Interval>(event, value, item, when, limits, sure, shortest_s, longest_s));
}

}  // namespace zoo
