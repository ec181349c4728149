// Step relative: a number compared with what is usual for the tracked object.
// The Python form is zoo/steps/relative.py.
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
#include <vector>

#include "track.hpp"

namespace zoo {

// A number relative to its baseline, the nearest-rank quantile of the window's finite numbers.
class Relation : public Observer {
 public:
  Relation(std::string adds, std::string value, std::size_t item, const std::string& form,
           double quantile, double zero, double window_s, double warm_up_s)
      : adds_(std::move(adds)),
        value_(std::move(value)),
        item_(item),
        is_ratio_(form == "ratio"),
        quantile_(quantile),
        zero_(zero),
        window_s_(window_s),
        warm_up_s_(warm_up_s) {}

  void observe(Moment& moment) override {
    const double number = item_of(moment.values, value_, item_);
    if (std::isfinite(number)) add(moment.time_s, number);
    moment.values[adds_] = Tensor{{}, {relation(moment.time_s, number)}};
  }

 private:
  void add(double time_s, double number) {
    if (!begin_s_) begin_s_ = time_s;
    while (!seen_.empty() && seen_.front().first < time_s - window_s_) {
      sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), seen_.front().second));
      seen_.pop_front();
    }
    seen_.emplace_back(time_s, number);
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), number), number);
  }

  double relation(double time_s, double number) const {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (!begin_s_ || !(time_s - *begin_s_ >= warm_up_s_)) return kUnknown;
    const double rank = std::ceil(quantile_ * static_cast<double>(sorted_.size()));
    const double usual = sorted_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
    if (!is_ratio_) return number - usual;
    return usual > 0 ? (number / usual - zero_) / (1 - zero_) : kUnknown;
  }

  std::string adds_;
  std::string value_;
  std::size_t item_;
  bool is_ratio_;
  double quantile_;
  double zero_;
  double window_s_;
  double warm_up_s_;
  std::optional<double> begin_s_;
  std::deque<std::pair<double, double>> seen_;  // time and number
  std::vector<double> sorted_;
};

// Adds a value, a number relative to what is usual. form: "ratio" or "difference".
inline void relative(Observers& observers, const std::string& adds, const std::string& value,
                     std::size_t item, const std::string& form, double quantile, double zero,
                     double window_s, double warm_up_s) {
  observers.push_back(
      std::make_unique<Relation>(adds, value, item, form, quantile, zero, window_s, warm_up_s));
}

}  // namespace zoo
