// A picture or signal, or those of a directory in the order of their names. Those of a directory
// that cannot be read are skipped with a warning.
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
  int skipped() const override { return static_cast<int>(left_out_); }

 private:
  void tell_left_out() const;

  bool is_directory_;
  std::vector<std::string> paths_;
  std::size_t read_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace zoo
