#include "core/json.hpp"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/files.hpp"

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

nlohmann::json read_json(const std::string& path) {
  try {
    return nlohmann::json::parse(read_file(path));
  } catch (const nlohmann::json::exception& error) {
    const std::string said = error.what();  // "[json.exception.parse_error.101] parse error at ..."
    throw Error(path + ": not JSON (" + said.substr(said.find(' ') + 1) + ")");
  }
}

std::string quoted(const std::string& text) {
  // Names of files need not be UTF-8.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

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
