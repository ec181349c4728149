// Times and their statistics.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace zoo {

// Measures from its construction on.
class Stopwatch {
 public:
  double elapsed_ms() const {
    return std::chrono::duration<double, std::milli>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

// The times of a run, which may go on for ever: the sum of all, and the last 100,000.
class Times {
 public:
  void add(double time_ms);

  bool empty() const { return last_ms_.empty(); }
  std::size_t count() const { return last_ms_.size(); }  // of the last times
  double sum_ms() const { return sum_ms_; }

  // The smallest of the last times that at least `percent` of them do not exceed (nearest rank); 0
  // for none.
  double percentile_ms(double percent) const;

 private:
  double sum_ms_ = 0;
  std::size_t oldest_ = 0;
  std::vector<double> last_ms_;
};

}  // namespace zoo
