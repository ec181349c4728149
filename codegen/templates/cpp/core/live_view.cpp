#include "core/live_view.hpp"

#include <cstdio>

#include "core/overlay.hpp"

namespace zoo {

void LiveView::show(const Photo& photo, const std::vector<Finding>& findings) {
  Image image = draw(photo, findings);
  char speed[32];
  std::snprintf(speed, sizeof speed, "%.1f frames/s", frames_per_second());
  write_note(image, speed);
  window_.show(image);
}

double LiveView::frames_per_second() {
  constexpr double kSecondMs = 1000;
  shown_ms_.push_back(watch_.elapsed_ms());
  while (shown_ms_.size() > 2 && shown_ms_.back() - shown_ms_[1] > kSecondMs) shown_ms_.pop_front();
  const double passed_ms = shown_ms_.back() - shown_ms_.front();
  return passed_ms > 0 ? kSecondMs * static_cast<double>(shown_ms_.size() - 1) / passed_ms : 0;
}

}  // namespace zoo
