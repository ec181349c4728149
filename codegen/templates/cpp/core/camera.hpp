// A Video4Linux camera that delivers YUYV frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/source.hpp"

namespace zoo {

// Converts packed YUYV rows (BT.601, video range) to RGB. Rows start stride_bytes apart.
Image yuyv_to_rgb(const std::uint8_t* yuyv, int width, int height, std::size_t stride_bytes);

class Camera : public Source {
 public:
  explicit Camera(const std::string& device);
  ~Camera() override;
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  std::optional<Photo> next() override;

 private:
  struct Buffer {
    void* start;
    std::size_t size_bytes;
  };

  void choose_format();
  void map_buffers();
  void close_all();
  void control(unsigned long request, void* argument, const char* what);

  std::string device_;
  int file_;
  int width_ = 0;
  int height_ = 0;
  std::size_t stride_bytes_ = 0;
  int read_ = 0;
  double begin_s_ = 0;  // when the first frame was taken
  std::vector<Buffer> buffers_;
};

}  // namespace zoo
