#include "core/json_value.hpp"

#include <cmath>
#include <cstdio>

namespace zoo {

namespace {

std::string item_json(double number) { return to_json(number); }
std::string item_json(std::int64_t number) { return std::to_string(number); }
std::string item_json(const std::string& text) { return quoted(text); }

// Appends the part of an array that starts at an offset, from a dimension on.
template <class Item>
void append(const Array<Item>& array, std::size_t dimension, std::size_t& offset,
            std::string& text) {
  if (dimension == array.shape.size()) {
    text += item_json(array.data[offset++]);
    return;
  }
  text += '[';
  for (std::int64_t i = 0; i < array.shape[dimension]; ++i) {
    if (i > 0) text += ", ";
    append(array, dimension + 1, offset, text);
  }
  text += ']';
}

}  // namespace

std::string to_json(double number) {
  if (!std::isfinite(number)) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", number);
  return text;
}

std::string to_json(const Value& value) {
  std::string text;
  std::size_t offset = 0;
  std::visit([&](const auto& array) { append(array, 0, offset, text); }, value);
  return text;
}

}  // namespace zoo
