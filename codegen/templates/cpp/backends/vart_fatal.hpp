// On unexpected input, VART and XIR end the program after a line of their own, or throw messages
// that only their authors understand. This prints what the program was doing and what to do.
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

// While it lives, "error: DOING; REMEDY" and exit status 1 follow if VART's or XIR's log ends the
// program.
class FatalMessage {
 public:
  explicit FatalMessage(const Explanation& explanation);
  ~FatalMessage();
  FatalMessage(const FatalMessage&) = delete;
  FatalMessage& operator=(const FatalMessage&) = delete;
};

// Returns the result of a call of VART or XIR. If it fails, the program ends with the explanation,
// or throws Error with it.
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
