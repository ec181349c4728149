// Step within: a number, as long as another one is within limits.
// The Python form is zoo/steps/within.py.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "track.hpp"

namespace zoo {

// nan where the other number is not within the limits, or is nan.
class Within : public Observer {
 public:
  Within(std::string adds, std::string value, std::size_t item, std::string of, std::size_t of_item,
         const std::array<double, 2>& limits)
      : adds_(std::move(adds)),
        value_(std::move(value)),
        item_(item),
        of_(std::move(of)),
        of_item_(of_item),
        limits_(limits) {}

  void observe(Moment& moment) override {
    const double other = item_of(moment.values, of_, of_item_);
    const bool is_within = limits_[0] <= other && other <= limits_[1];
    const double number = is_within ? item_of(moment.values, value_, item_)
                                    : std::numeric_limits<double>::quiet_NaN();
    moment.values[adds_] = Tensor{{}, {number}};
  }

 private:
  std::string adds_;
  std::string value_;
  std::size_t item_;
  std::string of_;
  std::size_t of_item_;
  std::array<double, 2> limits_;
};

// Adds a value, a number where another one is within the limits.
inline void within(Observers& observers, const std::string& adds, const std::string& value,
                   std::size_t item, const std::string& of, std::size_t of_item,
                   const std::array<double, 2>& limits) {
  observers.push_back(std::make_unique<Within>(adds, value, item, of, of_item, limits));
}

}  // namespace zoo
