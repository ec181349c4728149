// Streaming as in the kernel's documentation, "Video for Linux API", chapter "Streaming I/O".
#include "core/camera.hpp"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/usage.hpp"

namespace zoo {

namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 480;
constexpr unsigned kBuffers = 3;

// When the driver took the frame, by the monotonic clock; now, if it does not say so.
double time_of(const v4l2_buffer& buffer) {
  const unsigned clock = buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;
  if (clock != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  }
  return static_cast<double>(buffer.timestamp.tv_sec) +
         1e-6 * static_cast<double>(buffer.timestamp.tv_usec);
}

std::uint8_t to_byte(int value_q8) {
  return static_cast<std::uint8_t>(std::clamp((value_q8 + 128) / 256, 0, 255));
}

}  // namespace

Image yuyv_to_rgb(const std::uint8_t* yuyv, int width, int height, std::size_t stride_bytes) {
  Image image{height, width, 3, {}};
  image.pixels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int row = 0; row < height; ++row) {
    const std::uint8_t* line = yuyv + static_cast<std::size_t>(row) * stride_bytes;
    for (int column = 0; column < width; ++column) {
      const std::uint8_t* pair = line + 4 * (column / 2);
      const int y = 298 * (pair[2 * (column % 2)] - 16);
      const int u = pair[1] - 128;
      const int v = pair[3] - 128;
      image.pixels.push_back(to_byte(y + 409 * v));
      image.pixels.push_back(to_byte(y - 100 * u - 208 * v));
      image.pixels.push_back(to_byte(y + 516 * u));
    }
  }
  return image;
}

Camera::Camera(const std::string& device) : device_(device), file_(open(device.c_str(), O_RDWR)) {
  if (file_ < 0) {
    throw UsageError(device_ + ": the camera cannot be opened (" + std::strerror(errno) +
                     "); ls /dev/video* lists what there is");
  }
  try {
    choose_format();
    map_buffers();
  } catch (...) {
    close_all();
    throw;
  }
}

Camera::~Camera() {
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  ioctl(file_, VIDIOC_STREAMOFF, &type);
  close_all();
}

void Camera::close_all() {
  for (const Buffer& buffer : buffers_) munmap(buffer.start, buffer.size_bytes);
  close(file_);
}

void Camera::control(unsigned long request, void* argument, const char* what) {
  while (ioctl(file_, request, argument) < 0) {
    if (errno == EINTR) continue;
    throw Error(device_ + ": is not a usable camera: " + what + " failed (" + std::strerror(errno) +
                ")");
  }
}

void Camera::choose_format() {
  v4l2_format format{};
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  format.fmt.pix.width = kWidth;
  format.fmt.pix.height = kHeight;
  format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
  format.fmt.pix.field = V4L2_FIELD_NONE;
  control(VIDIOC_S_FMT, &format, "choosing a format");
  if (format.fmt.pix.pixelformat != V4L2_PIX_FMT_YUYV) {
    throw Error(device_ +
                ": this camera delivers no YUYV; v4l2-ctl --list-formats lists what it "
                "delivers");
  }
  width_ = static_cast<int>(format.fmt.pix.width);
  height_ = static_cast<int>(format.fmt.pix.height);
  stride_bytes_ = std::max<std::size_t>(format.fmt.pix.bytesperline, format.fmt.pix.width * 2U);
}

void Camera::map_buffers() {
  v4l2_requestbuffers request{};
  request.count = kBuffers;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  control(VIDIOC_REQBUFS, &request, "asking for buffers");
  for (unsigned i = 0; i < request.count; ++i) {
    v4l2_buffer buffer{};
    buffer.index = i;
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    control(VIDIOC_QUERYBUF, &buffer, "asking for a buffer");
    void* start = mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, file_,
                       static_cast<off_t>(buffer.m.offset));
    if (start == MAP_FAILED) throw Error(device_ + ": a buffer cannot be mapped");
    buffers_.push_back({start, buffer.length});
    control(VIDIOC_QBUF, &buffer, "handing over a buffer");
  }
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  control(VIDIOC_STREAMON, &type, "starting the stream");
}

std::optional<Photo> Camera::next() {
  v4l2_buffer buffer{};
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  control(VIDIOC_DQBUF, &buffer, "waiting for a frame");
  const Buffer& mapped = buffers_.at(buffer.index);
  if (mapped.size_bytes < stride_bytes_ * static_cast<std::size_t>(height_)) {
    throw Error(device_ + ": its buffers are smaller than its frames");
  }
  Image image =
      yuyv_to_rgb(static_cast<const std::uint8_t*>(mapped.start), width_, height_, stride_bytes_);
  control(VIDIOC_QBUF, &buffer, "handing back a buffer");
  const double time_s = time_of(buffer);
  if (read_ == 0) begin_s_ = time_s;
  Photo photo{device_, read_++, std::make_shared<const Image>(std::move(image))};
  photo.time_s = time_s - begin_s_;
  photo.is_frame = true;
  return photo;
}

}  // namespace zoo
