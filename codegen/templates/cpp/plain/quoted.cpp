// Texts as JSON, in programs without a library for it.
#include <cstdio>

#include "core/json_value.hpp"

namespace zoo {

std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') json += '\\';
    if (static_cast<unsigned char>(letter) >= ' ') {
      json += letter;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(letter));
    json += escape;
  }
  return json + '"';
}

}  // namespace zoo
