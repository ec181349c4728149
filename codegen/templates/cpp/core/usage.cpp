#include "core/usage.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <thread>

namespace zoo {

namespace {

std::optional<int> count_up_to(long most, const std::string& value) {
  char* end = nullptr;
  const long count = std::strtol(value.c_str(), &end, 10);
  if (value.empty() || *end != '\0' || count < 1 || count > most) return std::nullopt;
  return static_cast<int>(count);
}

// nan for other text.
double number_of(const std::string& value) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  return value.empty() || *end != '\0' ? std::nan("") : number;
}

}  // namespace

int parse_count(const std::string& name, const std::string& value) {
  if (const std::optional<int> count = count_up_to(1000000, value)) return *count;
  throw UsageError(name + " '" + value + "': expected a number from 1 to 1000000");
}

int parse_threads(const std::string& name, const std::string& value) {
  const unsigned processors = std::max(std::thread::hardware_concurrency(), 1U);
  if (const std::optional<int> count = count_up_to(processors, value)) return *count;
  throw UsageError(name + " '" + value + "': expected a number from 1 to " +
                   std::to_string(processors) + ", the processors that this program may use");
}

double parse_positive(const std::string& name, const std::string& value) {
  const double number = number_of(value);
  if (number >= 0.001 && number <= 1000000) return number;
  throw UsageError(name + " '" + value + "': expected a number from 0.001 to 1000000");
}

double parse_not_negative(const std::string& name, const std::string& value) {
  const double number = number_of(value);
  if (number >= 0 && number <= 1000000) return number;
  throw UsageError(name + " '" + value + "': expected a number from 0 to 1000000");
}

}  // namespace zoo
