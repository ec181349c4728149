// Content of files, pipes and standard input; a signal ends the wait for it.
#pragma once

#include <cstddef>
#include <string>

namespace zoo {

class InputFile {
 public:
  // path: "-" for standard input.  Throws Error.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Reads so many bytes, fewer at the end of the content or if the program is to stop; throws
  // Error.
  std::size_t read(void* bytes, std::size_t size);

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace zoo
