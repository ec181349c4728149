// Words of the command line that cannot be.
#pragma once

#include <string>

#include "steps/frame.hpp"

namespace zoo {

// A wrong word on the command line; exit status 2.
struct UsageError : Error {
  using Error::Error;
};

// The number from 1 to 1000000 that an option was given; throws UsageError.
int parse_count(const std::string& name, const std::string& value);

}  // namespace zoo
