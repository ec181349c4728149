#include "core/stop.hpp"

#include <poll.h>

#include <atomic>
#include <csignal>

namespace zoo {

namespace {

constexpr int kWait_ms = 100;

std::atomic<bool> is_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void ask(int) { is_asked = true; }

}  // namespace

void stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = ask;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void stop() { is_asked = true; }

bool is_stopped() { return is_asked; }

bool is_readable(int descriptor) {
  pollfd waited{descriptor, POLLIN, 0};
  return poll(&waited, 1, kWait_ms) > 0;
}

}  // namespace zoo
