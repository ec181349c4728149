// Step segment: a part of a signal with a fixed number of samples. The numpy form is
// zoo/steps/segment.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "floor_div.hpp"
#include "frame.hpp"

namespace zoo {

// Takes `length` samples from the start, the center or the end; those beyond the signal are 0.
inline void segment(Frame& frame, int length, const std::string& place) {
  const Signal& whole = *frame.signal;
  const auto count = static_cast<std::int64_t>(whole.samples.size());
  std::int64_t first = 0;
  if (place == "center") first = floor_div(count - length, 2);
  if (place == "end") first = count - length;
  auto part = std::make_shared<Signal>(Signal{whole.rate_hz, {}});
  for (std::int64_t i = first; i < first + length; ++i) {
    const bool is_inside = i >= 0 && i < count;
    part->samples.push_back(is_inside ? whole.samples[static_cast<std::size_t>(i)] : 0.0);
  }
  frame.signal = part;
}

}  // namespace zoo
