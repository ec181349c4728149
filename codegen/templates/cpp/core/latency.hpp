// Times and their statistics.
#pragma once

#include <chrono>
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

// The smallest of the times that at least `percent` of them do not exceed (nearest rank); 0 for
// none.
double percentile(std::vector<double> times_ms, double percent);

}  // namespace zoo
