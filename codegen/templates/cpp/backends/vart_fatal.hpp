// VART and XIR end the program where something is not as they expect it, after a line of their
// own, or throw what only their authors understand. This says what the program was doing and what
// can be done.
#pragma once

#include <exception>
#include <string>

#include "steps/frame.hpp"

namespace zoo::vart_backend {

// doing: what fails, such as "net.xmodel: cannot be read".
struct Explanation {
  std::string doing;
  std::string remedy;
};

// While it lives, an end by VART's or XIR's log is followed by "error: DOING; REMEDY" and exit
// status 1.
class FatalMessage {
 public:
  explicit FatalMessage(const Explanation& explanation);
  ~FatalMessage();
  FatalMessage(const FatalMessage&) = delete;
  FatalMessage& operator=(const FatalMessage&) = delete;
};

// Returns what a call of VART or XIR does; where it fails, the program ends with the explanation or
// Error is thrown with it.
template <typename Call>
auto explained(const Explanation& explanation, const Call& call) {
  const FatalMessage fatal(explanation);
  try {
    return call();
  } catch (const std::exception& error) {
    throw Error(explanation.doing + " (" + error.what() + "); " + explanation.remedy);
  }
}

}  // namespace zoo::vart_backend
