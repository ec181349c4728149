#include "core/standard_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "steps/frame.hpp"

namespace zoo {

namespace {

[[noreturn]] void fail() {
  throw Error(std::string("standard output: results cannot be written (") + std::strerror(errno) +
              ")");
}

bool is_open(int descriptor) { return fcntl(descriptor, F_GETFD) >= 0; }

void wait_until_writable() {
  pollfd waited{STDOUT_FILENO, POLLOUT, 0};
  poll(&waited, 1, -1);
}

}  // namespace

void prepare_files() {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its write
  for (const int descriptor : {STDIN_FILENO, STDERR_FILENO}) {
    if (is_open(descriptor)) continue;
    const int opened = open("/dev/null", O_RDWR);
    if (opened >= 0 && opened != descriptor) {
      dup2(opened, descriptor);
      close(opened);
    }
  }
  if (!is_open(STDOUT_FILENO)) fail();
}

void print(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      wait_until_writable();
    } else if (errno != EINTR) {
      fail();
    }
  }
}

}  // namespace zoo
