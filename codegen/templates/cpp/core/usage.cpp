#include "core/usage.hpp"

#include <cstdlib>

namespace zoo {

int parse_count(const std::string& name, const std::string& value) {
  char* end = nullptr;
  const long count = std::strtol(value.c_str(), &end, 10);
  if (value.empty() || *end != '\0' || count < 1 || count > 1000000) {
    throw UsageError(name + " '" + value + "': expected a number from 1 to 1000000");
  }
  return static_cast<int>(count);
}

double parse_positive(const std::string& name, const std::string& value) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !(number > 0 && number <= 1000000)) {
    throw UsageError(name + " '" + value + "': expected a number above 0, at most 1000000");
  }
  return number;
}

}  // namespace zoo
