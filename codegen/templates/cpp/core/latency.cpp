#include "core/latency.hpp"

#include <algorithm>
#include <cmath>

namespace zoo {

namespace {

constexpr std::size_t kLastMax = 100000;

}  // namespace

void Times::add(double time_ms) {
  sum_ms_ += time_ms;
  if (last_ms_.size() < kLastMax) {
    last_ms_.push_back(time_ms);
    return;
  }
  last_ms_[oldest_] = time_ms;
  oldest_ = (oldest_ + 1) % kLastMax;
}

double Times::percentile_ms(double percent) const {
  if (last_ms_.empty()) return 0;
  std::vector<double> times_ms = last_ms_;
  const double rank = std::ceil(percent / 100 * static_cast<double>(times_ms.size()));
  const auto nth = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(times_ms.begin(), times_ms.begin() + nth, times_ms.end());
  return times_ms[static_cast<std::size_t>(nth)];
}

}  // namespace zoo
