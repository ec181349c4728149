#include "core/camera.hpp"

#include <cstdio>
#include <thread>
#include <utility>

#include "core/camera_frame.hpp"
#include "core/stop.hpp"

namespace zoo {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenTries{200};

}  // namespace

Camera::Camera(const std::string& device, double timeout_s)
    : device_(device), timeout_(timeout_s), stream_(std::make_unique<CameraStream>(device)) {}

std::optional<Photo> Camera::next() {
  const Clock::time_point begin = Clock::now();
  while (!is_stopped()) {
    if (Clock::now() - begin > timeout_) {
      char text[64];
      std::snprintf(text, sizeof text, ": has delivered nothing for %g s (", timeout_.count());
      throw Error(device_ + text + silence_ + "); check its cable, or allow more --camera-timeout");
    }
    if (!stream_) {
      open_again();
      continue;
    }
    try {
      const std::optional<CameraFrame> frame = stream_->take();
      if (!frame) continue;
      std::optional<Photo> photo = photo_of(*frame);
      if (photo) return photo;
    } catch (const CameraLost& lost) {
      silence_ = lost.what();
      std::fprintf(stderr, "warning: %s: %s; waiting for it\n", device_.c_str(), lost.what());
      stream_.reset();
    }
  }
  return std::nullopt;
}

void Camera::open_again() {
  try {
    stream_ = std::make_unique<CameraStream>(device_);
    std::fprintf(stderr, "warning: %s: is back\n", device_.c_str());
  } catch (const Error&) {
    std::this_thread::sleep_for(kBetweenTries);
  }
}

std::optional<Photo> Camera::photo_of(const CameraFrame& frame) {
  if (frame.is_broken) {
    skip("the driver marks its frames as broken");
    return std::nullopt;
  }
  try {
    Image image = to_rgb(frame);
    if (read_ == 0) begin_s_ = frame.time_s;
    Photo photo{device_, read_++, std::make_shared<const Image>(std::move(image))};
    photo.time_s = frame.time_s - begin_s_;
    photo.is_frame = true;
    return photo;
  } catch (const Error& error) {
    skip(error.what());
    return std::nullopt;
  }
}

void Camera::skip(const std::string& reason) {
  silence_ = reason;
  ++skipped_;
}

}  // namespace zoo
