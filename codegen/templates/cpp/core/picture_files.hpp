// A picture, or the pictures of a directory in the order of their names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/source.hpp"

namespace zoo {

class PictureFiles : public Source {
 public:
  explicit PictureFiles(const std::string& path);
  std::optional<Photo> next() override;

 private:
  std::vector<std::string> paths_;
  std::size_t read_ = 0;
};

}  // namespace zoo
