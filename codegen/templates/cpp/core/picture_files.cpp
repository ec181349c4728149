#include "core/picture_files.hpp"

#include <cstdio>

#include "core/files.hpp"
#include "core/image_file.hpp"

namespace zoo {

namespace {

Photo photo(const std::string& path, int number) {
  return {path, number, std::make_shared<const Image>(read_image(path))};
}

}  // namespace

PictureFiles::PictureFiles(const std::string& path) : is_directory_(is_directory(path)) {
  if (!is_directory_) {
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
  while (read_ < paths_.size()) {
    const int number = static_cast<int>(read_);
    const std::string& path = paths_[read_++];
    if (!is_directory_) return photo(path, number);
    try {
      return photo(path, number);
    } catch (const Error& error) {
      std::fprintf(stderr, "warning: skipped: %s\n", error.what());
      ++left_out_;
    }
  }
  if (left_out_ > 0) tell_left_out();
  return std::nullopt;
}

void PictureFiles::tell_left_out() const {
  const std::string count = std::to_string(left_out_) + " of " + std::to_string(paths_.size());
  if (left_out_ == paths_.size()) throw Error(count + " pictures cannot be read, so none remains");
  std::fprintf(stderr, "warning: %s pictures cannot be read and are skipped\n", count.c_str());
}

}  // namespace zoo
