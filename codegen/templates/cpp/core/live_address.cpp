#include "core/live_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstddef>
#include <cstdlib>

#include "core/files.hpp"
#include "steps/frame.hpp"

namespace zoo {

namespace {

constexpr std::size_t kTokenMin = 16;
constexpr const char* kTokenLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

bool is_address(const std::string& text) {
  in6_addr bytes;
  return inet_pton(AF_INET, text.c_str(), &bytes) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &bytes) == 1;
}

// -1 for what is no port.
int port_of(const std::string& text) {
  if (text.empty() || text.size() > 5) return -1;
  if (text.find_first_not_of("0123456789") != std::string::npos) return -1;
  const int port = std::atoi(text.c_str());
  return port < 1 << 16 ? port : -1;
}

}  // namespace

bool LiveAddress::is_local() const { return address.rfind("127.", 0) == 0 || address == "::1"; }

LiveAddress parse_live_address(const std::string& text) {
  LiveAddress parsed;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    const bool has_brackets = colon > 1 && text.front() == '[' && text[colon - 1] == ']';
    parsed.address = has_brackets ? text.substr(1, colon - 2) : text.substr(0, colon);
  }
  parsed.port = port_of(colon == std::string::npos ? text : text.substr(colon + 1));
  if (parsed.port < 0 || !is_address(parsed.address)) {
    throw Error("--serve '" + text +
                "': expected a port, or an address of this machine and a port, such as 8080, "
                "0.0.0.0:8080 or [::]:8080");
  }
  return parsed;
}

std::string read_token(const std::string& file) {
  const std::string content = read_file(file);
  const std::string token = content.substr(0, content.find_first_of("\r\n"));
  if (token.size() < kTokenMin || token.find_first_not_of(kTokenLetters) != std::string::npos) {
    throw Error("--serve-token " + file + ": its first line must have at least " +
                std::to_string(kTokenMin) +
                " letters, digits, - or _; make one with: openssl rand -hex 16 > FILE");
  }
  return token;
}

}  // namespace zoo
