// Step share: the share of time for which a number passes a limit, such as PERCLOS.
// The Python form is zoo/steps/share.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "track.hpp"

namespace zoo {

// A photo's number counts until the next photo; nan does not count.
class Share : public Observer {
 public:
  Share(std::string adds, std::string value, std::size_t item, std::string when, double limit,
        double window_s, double warm_up_s)
      : adds_(std::move(adds)),
        value_(std::move(value)),
        item_(item),
        when_(std::move(when)),
        limit_(limit),
        window_s_(window_s),
        warm_up_s_(warm_up_s) {}

  void observe(Moment& moment) override {
    if (!begin_s_) begin_s_ = moment.time_s;
    seen_.emplace_back(moment.time_s, item_of(moment.values, value_, item_));
    moment.values[adds_] = Tensor{{}, {share(moment.time_s)}};
  }

 private:
  double share(double time_s) {
    const double begin_s = time_s - window_s_;
    while (seen_.size() > 1 && seen_[1].first <= begin_s) seen_.pop_front();
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (!(time_s - *begin_s_ >= warm_up_s_)) return kUnknown;
    double counted_s = 0;
    double passed_s = 0;
    for (std::size_t i = 0; i + 1 < seen_.size(); ++i) {
      const auto& [photo_s, number] = seen_[i];
      if (std::isnan(number)) continue;
      const double length_s = seen_[i + 1].first - std::max(photo_s, begin_s);
      counted_s += length_s;
      passed_s += passes(when_, number, limit_) ? length_s : 0.0;
    }
    return counted_s > 0 ? passed_s / counted_s : kUnknown;
  }

  std::string adds_;
  std::string value_;
  std::size_t item_;
  std::string when_;
  double limit_;
  double window_s_;
  double warm_up_s_;
  std::optional<double> begin_s_;
  std::deque<std::pair<double, double>> seen_;  // time and number
};

// Adds a value 0..1. when: "below", "above" or "beyond".
inline void share(Observers& observers, const std::string& adds, const std::string& value,
                  std::size_t item, const std::string& when, double limit, double window_s,
                  double warm_up_s) {
  observers.push_back(std::make_unique<Share>(adds, value, item, when, limit, window_s, warm_up_s));
}

}  // namespace zoo
