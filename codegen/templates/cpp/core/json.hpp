// JSON: as much of it as boxes, options of the runtime and records need.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "steps/frame.hpp"

namespace zoo {

// A parsed value. members keep the file's order.
struct Json {
  enum class Kind { kNull, kBool, kNumber, kText, kList, kTable };

  Kind kind = Kind::kNull;
  double number = 0;  // 0 or 1 for kBool
  std::string text;
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;
};

// Parses a file; throws Error with the place of the first mistake.
Json read_json(const std::string& path);

// "a \"quoted\" text".
std::string quoted(const std::string& text);

// Nine significant digits, enough to give back every float32; null for nan and infinity.
std::string to_json(double number);

// Nested lists by shape; a number for a scalar.
std::string to_json(const Tensor& tensor);

}  // namespace zoo
