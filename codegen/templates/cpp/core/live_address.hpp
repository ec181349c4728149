// Where the live server listens, and who may look.
#pragma once

#include <string>

namespace zoo {

// address: IPv4 or IPv6.  port: 0 for any that is free.  token: that requests must have, empty for
// none.
struct LiveAddress {
  std::string address = "127.0.0.1";
  int port = 0;
  std::string token;

  // Whether only this machine reaches it.
  bool is_local() const;
};

// Parses PORT, ADDRESS:PORT or [ADDRESS]:PORT; throws Error.
LiveAddress parse_live_address(const std::string& text);

// Reads a token from the first line of a file; throws Error.
std::string read_token(const std::string& file);

}  // namespace zoo
