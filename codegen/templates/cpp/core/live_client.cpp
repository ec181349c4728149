#include "core/live_client.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace zoo {

namespace {

constexpr std::size_t kHeadMax = 4096;
constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kQuiet = std::chrono::milliseconds(500);

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

LiveClient::LiveClient(int descriptor) : descriptor_(descriptor) {}

LiveClient::~LiveClient() { close(descriptor_); }

std::string LiveClient::read() {
  char bytes[1024];
  const ssize_t count = recv(descriptor_, bytes, sizeof bytes, 0);
  if (count == 0 || (count < 0 && !would_block())) is_done_ = true;
  if (count <= 0 || kind_ != Kind::kRequest) return {};  // nothing follows a request
  input_.append(bytes, static_cast<std::size_t>(count));
  const std::size_t end = input_.find("\r\n\r\n");
  if (end != std::string::npos) return input_.substr(0, end + 4);
  if (input_.size() > kHeadMax) {
    send(Kind::kAnswer,
         "HTTP/1.1 431 Request Header Fields Too Large\r\n"
         "Connection: close\r\nContent-Length: 0\r\n\r\n");
  }
  return {};
}

void LiveClient::send(Kind kind, const std::string& text) {
  if (!has_output()) moved_ = Clock::now();
  kind_ = kind;
  output_.erase(0, sent_);
  sent_ = 0;
  output_ += text;
  flush();
}

void LiveClient::flush() {
  while (has_output()) {
    const ssize_t count =
        ::send(descriptor_, output_.data() + sent_, waiting_bytes(), MSG_NOSIGNAL);
    if (count < 0) {
      is_done_ = is_done_ || !would_block();
      return;
    }
    sent_ += static_cast<std::size_t>(count);
    moved_ = Clock::now();
  }
  if (kind_ != Kind::kAnswer) return;
  kind_ = Kind::kEnd;
  is_done_ = shutdown(descriptor_, SHUT_WR) != 0;
}

bool LiveClient::is_quiet() const { return !has_output() && Clock::now() - moved_ > kQuiet; }

Clock::time_point LiveClient::deadline() const {
  const bool is_waited_for = kind_ == Kind::kRequest || kind_ == Kind::kEnd || has_output();
  return is_waited_for ? moved_ + kPatience : Clock::time_point::max();
}

}  // namespace zoo
