#include "core/latency.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace zoo {

double percentile(std::vector<double> times_ms, double percent) {
  if (times_ms.empty()) return 0;
  const double rank = std::ceil(percent / 100 * static_cast<double>(times_ms.size()));
  const auto nth = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(times_ms.begin(), times_ms.begin() + nth, times_ms.end());
  return times_ms[static_cast<std::size_t>(nth)];
}

}  // namespace zoo
