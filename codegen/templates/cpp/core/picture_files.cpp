#include "core/picture_files.hpp"

#include <cstdio>

#include "core/files.hpp"
#include "core/image_file.hpp"
#include "core/signal_file.hpp"

namespace zoo {

namespace {

bool is_taken(const std::string& name) {
  return takes_signals() ? is_signal(name) : is_picture(name);
}

std::string kind() { return takes_signals() ? "signal" : "picture"; }

}  // namespace

PictureFiles::PictureFiles(const std::string& path) : is_directory_(is_directory(path)) {
  if (!is_directory_) {
    paths_ = {path};
    return;
  }
  for (const std::string& name : list_directory(path)) {
    if (is_taken(name)) paths_.push_back(path + "/" + name);
  }
  if (paths_.empty()) {
    const std::string suffixes = takes_signals() ? "wav" : "png, jpg, jpeg, bmp, ppm";
    throw Error(path + ": no " + kind() + " in this directory (" + suffixes + ")");
  }
}

std::optional<Photo> PictureFiles::next() {
  while (read_ < paths_.size()) {
    const int number = static_cast<int>(read_);
    const std::string& path = paths_[read_++];
    if (!is_directory_) return read_photo(path, number);
    try {
      if (!is_file(path)) throw Error(path + ": no such " + kind());
      return read_photo(path, number);
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
  if (left_out_ == paths_.size()) {
    throw Error(count + " " + kind() + "s cannot be read, so none remains");
  }
  std::fprintf(stderr, "warning: %s %ss cannot be read and are skipped\n", count.c_str(),
               kind().c_str());
}

}  // namespace zoo
