// The overlay of each photo in a window, as soon as it is looked at.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/finding.hpp"
#include "core/latency.hpp"
#include "core/window.hpp"

namespace zoo {

class LiveView {
 public:
  // Throws Error without SDL2 or a screen.
  explicit LiveView(const std::string& title) : window_(title) {}

  // Shows a photo with what was found, and the photos per second.
  void show(const Photo& photo, const std::vector<Finding>& findings);

  bool is_open() { return window_.is_open(); }

 private:
  double frames_per_second();

  Window window_;
  Stopwatch watch_;
  std::deque<double> shown_ms_;  // of the last second
};

}  // namespace zoo
