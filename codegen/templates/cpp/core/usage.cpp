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

}  // namespace zoo
