#include "core/input_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/stop.hpp"
#include "steps/frame.hpp"

namespace zoo {

// Opening a named pipe would wait for its writer; O_NONBLOCK leaves the wait to is_readable().
InputFile::InputFile(const std::string& path)
    : path_(path),
      descriptor_(path == "-" ? STDIN_FILENO
                              : open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_ < 0) throw Error(path_ + ": cannot be read (" + std::strerror(errno) + ")");
}

InputFile::~InputFile() {
  if (descriptor_ != STDIN_FILENO) close(descriptor_);
}

std::size_t InputFile::read(void* bytes, std::size_t size) {
  std::size_t total = 0;
  while (total < size && !is_stopped()) {
    if (!is_readable(descriptor_)) continue;
    const ssize_t count = ::read(descriptor_, static_cast<char*>(bytes) + total, size - total);
    if (count == 0) break;
    if (count > 0) {
      total += static_cast<std::size_t>(count);
    } else if (errno != EINTR && errno != EAGAIN) {
      throw Error(path_ + ": cannot be read (" + std::strerror(errno) + ")");
    }
  }
  return total;
}

}  // namespace zoo
