// A Video4Linux camera that delivers YUYV or MJPG frames.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/camera_stream.hpp"
#include "core/source.hpp"

namespace zoo {

// Broken frames are skipped. A camera that is unplugged is opened again when it is back.
class Camera : public Source {
 public:
  // timeout_s: how long it may deliver nothing.  Throws UsageError if it cannot be opened.
  Camera(const std::string& device, double timeout_s);

  // Throws Error after the timeout.
  std::optional<Photo> next() override;
  int skipped() const override { return skipped_; }

 private:
  void open_again();
  std::optional<Photo> photo_of(const CameraFrame& frame);
  void skip(const std::string& reason);

  std::string device_;
  std::chrono::duration<double> timeout_;
  std::unique_ptr<CameraStream> stream_;  // none while it is unplugged
  std::string silence_ = "no frame arrives";
  int read_ = 0;
  int skipped_ = 0;
  double begin_s_ = 0;  // when the first frame was taken
};

}  // namespace zoo
