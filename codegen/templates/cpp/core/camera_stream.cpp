// Streaming as in the kernel's documentation, "Video for Linux API", chapter "Streaming I/O".
#include "core/camera_stream.hpp"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/stop.hpp"
#include "core/usage.hpp"

namespace zoo {

namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 480;
constexpr unsigned kBuffers = 3;

// EIO may be a lost frame, or the end of the stream.
constexpr int kFailuresMax = 10;

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

v4l2_buffer capture_buffer(unsigned index = 0) {
  v4l2_buffer buffer{};
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  return buffer;
}

}  // namespace

CameraStream::CameraStream(const std::string& device)
    : device_(device), file_(open(device.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
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

CameraStream::~CameraStream() {
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  ioctl(file_, VIDIOC_STREAMOFF, &type);
  close_all();
}

void CameraStream::close_all() {
  for (const Buffer& buffer : buffers_) munmap(buffer.start, buffer.size_bytes);
  close(file_);
}

void CameraStream::control(unsigned long request, void* argument, const char* what) {
  while (ioctl(file_, request, argument) < 0) {
    if (errno == EINTR) continue;
    throw Error(device_ + ": is not a usable camera: " + what + " failed (" + std::strerror(errno) +
                ")");
  }
}

// Asks for a format; the driver may choose another.
bool CameraStream::takes(std::uint32_t pixel_format) {
  v4l2_format format{};
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  format.fmt.pix.width = kWidth;
  format.fmt.pix.height = kHeight;
  format.fmt.pix.pixelformat = pixel_format;
  format.fmt.pix.field = V4L2_FIELD_NONE;
  control(VIDIOC_S_FMT, &format, "choosing a format");
  form_.width = static_cast<int>(format.fmt.pix.width);
  form_.height = static_cast<int>(format.fmt.pix.height);
  form_.stride_bytes =
      pixel_format == V4L2_PIX_FMT_MJPEG
          ? 0
          : std::max<std::size_t>(format.fmt.pix.bytesperline, format.fmt.pix.width * 2U);
  return format.fmt.pix.pixelformat == pixel_format;
}

void CameraStream::choose_format() {
  if (takes(V4L2_PIX_FMT_YUYV) || takes(V4L2_PIX_FMT_MJPEG)) return;
  throw Error(device_ +
              ": this camera delivers neither YUYV nor MJPG; v4l2-ctl --list-formats lists what it "
              "delivers");
}

void CameraStream::map_buffers() {
  v4l2_requestbuffers request{};
  request.count = kBuffers;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  control(VIDIOC_REQBUFS, &request, "asking for buffers");
  for (unsigned i = 0; i < request.count; ++i) {
    v4l2_buffer buffer = capture_buffer(i);
    control(VIDIOC_QUERYBUF, &buffer, "asking for a buffer");
    void* start = mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, file_,
                       static_cast<off_t>(buffer.m.offset));
    if (start == MAP_FAILED) throw Error(device_ + ": a buffer cannot be mapped");
    buffers_.push_back({start, buffer.length});
    if (buffer.length < form_.stride_bytes * static_cast<std::size_t>(form_.height)) {
      throw Error(device_ + ": its buffers are smaller than its frames");
    }
    control(VIDIOC_QBUF, &buffer, "handing over a buffer");
  }
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  control(VIDIOC_STREAMON, &type, "starting the stream");
}

void CameraStream::hand_back() {
  if (!taken_) return;
  v4l2_buffer buffer = capture_buffer(*taken_);
  taken_.reset();
  if (ioctl(file_, VIDIOC_QBUF, &buffer) < 0) throw CameraLost(std::strerror(errno));
}

std::optional<CameraFrame> CameraStream::take() {
  hand_back();
  if (!is_readable(file_)) return std::nullopt;
  v4l2_buffer buffer = capture_buffer();
  if (ioctl(file_, VIDIOC_DQBUF, &buffer) < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::nullopt;
    if (errno != EIO || ++failures_ > kFailuresMax) throw CameraLost(std::strerror(errno));
    CameraFrame broken;
    broken.is_broken = true;
    return broken;
  }
  failures_ = 0;
  taken_ = buffer.index;
  const Buffer& mapped = buffers_.at(buffer.index);
  CameraFrame frame = form_;
  frame.bytes = static_cast<const std::uint8_t*>(mapped.start);
  frame.size_bytes = std::min<std::size_t>(buffer.bytesused, mapped.size_bytes);
  frame.is_broken = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
  frame.time_s = time_of(buffer);
  return frame;
}

}  // namespace zoo
