// Frames of a Video4Linux device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "steps/frame.hpp"

namespace zoo {

// The device is gone, or has stopped.
struct CameraLost : Error {
  using Error::Error;
};

// A frame as it was delivered, valid until the next one is taken. stride_bytes: from row to row, 0
// for a frame in MJPG.  is_broken: whether the driver says so.  time_s: by the monotonic clock.
struct CameraFrame {
  const std::uint8_t* bytes = nullptr;
  std::size_t size_bytes = 0;
  int width = 0;
  int height = 0;
  std::size_t stride_bytes = 0;
  bool is_broken = false;
  double time_s = 0;
};

class CameraStream {
 public:
  // Throws UsageError if the device cannot be opened, Error if it is no usable camera.
  explicit CameraStream(const std::string& device);
  ~CameraStream();
  CameraStream(const CameraStream&) = delete;
  CameraStream& operator=(const CameraStream&) = delete;

  // The next frame, none if none arrives within a tenth of a second; throws CameraLost.
  std::optional<CameraFrame> take();

 private:
  struct Buffer {
    void* start;
    std::size_t size_bytes;
  };

  bool takes(std::uint32_t pixel_format);
  void choose_format();
  void map_buffers();
  void hand_back();
  void close_all();
  void control(unsigned long request, void* argument, const char* what);

  std::string device_;
  int file_;
  CameraFrame form_;
  std::vector<Buffer> buffers_;
  std::optional<unsigned> taken_;  // the buffer of the last frame
  int failures_ = 0;               // in a row
};

}  // namespace zoo
