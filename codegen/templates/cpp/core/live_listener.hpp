// The socket where the live server listens.
#pragma once

#include <string>

#include "core/live_address.hpp"

namespace zoo {

// Reads and writes of a descriptor return at once from now on; throws Error.
void do_not_block(int descriptor);

// Returns a socket that listens and does not block, for the caller to close; throws Error.
int listen_at(const LiveAddress& address);

// What a browser opens, without the token.
std::string url(const LiveAddress& address, int listener);

}  // namespace zoo
