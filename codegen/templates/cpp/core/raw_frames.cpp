#include "core/raw_frames.hpp"

#include <cstdio>

#include "core/stop.hpp"
#include "core/usage.hpp"

namespace zoo {

namespace {

constexpr int kEdgeMax = 1 << 15;

}  // namespace

RawFrames::RawFrames(const std::string& name) {
  int path_at = 0;
  const int found = std::sscanf(name.c_str(), "raw:%dx%d:%n", &width_, &height_, &path_at);
  const bool is_size = width_ > 0 && width_ <= kEdgeMax && height_ > 0 && height_ <= kEdgeMax;
  if (found != 2 || path_at == 0 || !is_size) {
    throw UsageError(name + ": expected raw:WIDTHxHEIGHT:FILE, such as raw:640x480:frames.rgb");
  }
  path_ = name.substr(static_cast<std::size_t>(path_at));
  try {
    file_.emplace(path_);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

std::optional<Photo> RawFrames::next() {
  Image image{height_, width_, 3, {}};
  image.pixels.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3);
  const std::size_t size = file_->read(image.pixels.data(), image.pixels.size());
  if (is_stopped() || (size == 0 && read_ > 0)) return std::nullopt;
  if (size != image.pixels.size()) {
    throw Error(path_ + ": frame " + std::to_string(read_) + " has " + std::to_string(size) +
                " bytes, an RGB frame of " + std::to_string(width_) + " x " +
                std::to_string(height_) + " has " + std::to_string(image.pixels.size()));
  }
  Photo photo{path_, read_++, std::make_shared<const Image>(std::move(image))};
  photo.is_frame = true;
  return photo;
}

}  // namespace zoo
