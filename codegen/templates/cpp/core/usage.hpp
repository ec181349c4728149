// Errors of the command line.
#pragma once

#include <string>

#include "steps/frame.hpp"

namespace zoo {

// An invalid argument; exit status 2.
struct UsageError : Error {
  using Error::Error;
};

// An option's number from 1 to 1000000; throws UsageError.
int parse_count(const std::string& name, const std::string& value);

// A number of threads, at most that of the processors that the program may use; throws UsageError.
int parse_threads(const std::string& name, const std::string& value);

// An option's number from 0.001 to 1000000; throws UsageError.
double parse_positive(const std::string& name, const std::string& value);

// An option's number from 0 to 1000000; throws UsageError.
double parse_not_negative(const std::string& name, const std::string& value);

}  // namespace zoo
