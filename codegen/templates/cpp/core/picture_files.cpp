#include "core/picture_files.hpp"

#include "core/files.hpp"
#include "core/image_file.hpp"

namespace zoo {

PictureFiles::PictureFiles(const std::string& path) {
  if (!is_directory(path)) {
    paths_ = {path};
    return;
  }
  for (const std::string& name : list_directory(path)) {
    if (is_picture(name)) paths_.push_back(path + "/" + name);
  }
  if (paths_.empty()) {
    throw Error(path + ": no picture in this directory (png, jpg, jpeg, bmp, ppm)");
  }
}

std::optional<Photo> PictureFiles::next() {
  if (read_ == paths_.size()) return std::nullopt;
  const std::string& path = paths_[read_];
  return Photo{path, static_cast<int>(read_++), std::make_shared<const Image>(read_image(path))};
}

}  // namespace zoo
