// A file, or - for standard input, of RGB frames without headers.
#pragma once

#include <optional>
#include <string>

#include "core/input_file.hpp"
#include "core/source.hpp"

namespace zoo {

class RawFrames : public Source {
 public:
  // name: raw:WIDTHxHEIGHT:FILE.
  explicit RawFrames(const std::string& name);
  std::optional<Photo> next() override;

 private:
  std::string path_;
  int width_ = 0;
  int height_ = 0;
  int read_ = 0;
  std::optional<InputFile> file_;
};

}  // namespace zoo
