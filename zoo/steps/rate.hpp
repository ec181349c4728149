// Step rate: how often an event of an earlier step happens, and how long it takes.
// The Python form is zoo/steps/rate.py.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "track.hpp"

namespace zoo {

// Counts the events of a name that ended within the window.
class Rate : public Observer {
 public:
  Rate(const std::array<std::string, 2>& adds, std::string event, double window_s, double warm_up_s)
      : adds_(adds), event_(std::move(event)), window_s_(window_s), warm_up_s_(warm_up_s) {}

  void observe(Moment& moment) override {
    if (!begin_s_) begin_s_ = moment.time_s;
    for (const Event& event : moment.events) {
      if (event.name == event_) ended_.push_back(event);
    }
    while (!ended_.empty() && ended_.front().end_s <= moment.time_s - window_s_) {
      ended_.pop_front();
    }
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<double>(ended_.size());
    const double seen_s = moment.time_s - *begin_s_;
    const double rate = seen_s >= warm_up_s_ ? 60 * count / std::min(seen_s, window_s_) : kUnknown;
    double total_s = 0;
    for (const Event& event : ended_) total_s += event.end_s - event.begin_s;
    moment.values[adds_[0]] = Tensor{{}, {rate}};
    moment.values[adds_[1]] = Tensor{{}, {ended_.empty() ? kUnknown : total_s / count}};
  }

 private:
  std::array<std::string, 2> adds_;
  std::string event_;
  double window_s_;
  double warm_up_s_;
  std::optional<double> begin_s_;
  std::deque<Event> ended_;
};

// Adds two values, the number of events per minute and their mean length.
inline void rate(Observers& observers, const std::array<std::string, 2>& adds,
                 const std::string& event, double window_s, double warm_up_s) {
  observers.push_back(std::make_unique<Rate>(adds, event, window_s, warm_up_s));
}

}  // namespace zoo
