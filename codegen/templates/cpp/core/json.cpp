#include "core/json.hpp"

#include <nlohmann/json.hpp>

#include "core/files.hpp"

namespace zoo {

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

}  // namespace zoo
