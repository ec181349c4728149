// JSON is read with nlohmann's library; records are written by own code.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/json_value.hpp"

namespace zoo {

// Parses a file; throws Error with the place of the first mistake.
nlohmann::json read_json(const std::string& path);

}  // namespace zoo
