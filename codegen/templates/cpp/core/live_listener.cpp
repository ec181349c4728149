#include "core/live_listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "steps/frame.hpp"

namespace zoo {

namespace {

constexpr int kBacklog = 8;

[[noreturn]] void socket_failed(const std::string& what) {
  throw Error("--serve: " + what + " (" + std::strerror(errno) + ")");
}

struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketName socket_name(const LiveAddress& address) {
  SocketName name;
  auto* four = reinterpret_cast<sockaddr_in*>(&name.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&name.storage);
  const auto port = static_cast<std::uint16_t>(address.port);
  if (inet_pton(AF_INET, address.address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    name.size = sizeof *four;
  } else {
    inet_pton(AF_INET6, address.address.c_str(), &six->sin6_addr);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    name.size = sizeof *six;
  }
  return name;
}

// Both forms have the port at the same place.
int bound_port(int listener) {
  SocketName name;
  getsockname(listener, name.address(), &name.size);
  return ntohs(reinterpret_cast<sockaddr_in*>(&name.storage)->sin_port);
}

}  // namespace

void do_not_block(int descriptor) {
  if (fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
    socket_failed("a socket cannot be used");
  }
}

int listen_at(const LiveAddress& address) {
  SocketName name = socket_name(address);
  const int listener = socket(name.storage.ss_family, SOCK_STREAM, 0);
  if (listener < 0) socket_failed("no socket can be opened");
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, name.address(), name.size) != 0 || listen(listener, kBacklog) != 0) {
    const int why = errno;
    close(listener);
    errno = why;
    socket_failed("cannot listen at " + address.address + ", port " + std::to_string(address.port) +
                  "; choose another port or address");
  }
  do_not_block(listener);
  return listener;
}

std::string url(const LiveAddress& address, int listener) {
  const bool is_six = address.address.find(':') != std::string::npos;
  const std::string host = is_six ? "[" + address.address + "]" : address.address;
  return "http://" + host + ":" + std::to_string(bound_port(listener)) + "/" +
         (address.token.empty() ? "" : "?token=...");
}

}  // namespace zoo
