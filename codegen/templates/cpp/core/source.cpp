#include "core/source.hpp"

#include "core/camera.hpp"
#include "core/contract.hpp"
#include "core/files.hpp"
#include "core/image_file.hpp"
#include "core/picture_files.hpp"
#include "core/raw_frames.hpp"
#include "core/signal_file.hpp"
#include "core/usage.hpp"

namespace zoo {

namespace {

// The samples of a raw file, as one signal.
class RawSignal : public Source {
 public:
  explicit RawSignal(const std::string& path) : path_(path) {}

  std::optional<Photo> next() override {
    if (is_read_) return std::nullopt;
    is_read_ = true;
    return Photo{path_, 0, nullptr,
                 std::make_shared<const Signal>(read_raw_signal(path_, kContract.signal))};
  }

 private:
  std::string path_;
  bool is_read_ = false;
};

}  // namespace

Photo read_photo(const std::string& path, int number) {
  if (takes_signals()) {
    return {path, number, nullptr,
            std::make_shared<const Signal>(read_signal(path, kContract.signal))};
  }
  return {path, number, std::make_shared<const Image>(read_image(path))};
}

bool is_camera(const std::string& name) {
  const bool is_device_name = name.rfind("/dev/", 0) == 0;
  return is_character_device(name) || (is_device_name && !is_present(name));
}

std::unique_ptr<Source> open_source(const std::string& name, double camera_timeout_s) {
  const bool is_raw = name.rfind("raw:", 0) == 0;
  if (is_raw && takes_signals()) return std::make_unique<RawSignal>(name.substr(4));
  if (is_raw) return std::make_unique<RawFrames>(name);
  if (is_camera(name) && !takes_signals()) {
    return std::make_unique<Camera>(name, camera_timeout_s);
  }
  if (!is_present(name)) {
    throw UsageError(name + ": no such file or directory; give one that is there");
  }
  return std::make_unique<PictureFiles>(name);
}

}  // namespace zoo
