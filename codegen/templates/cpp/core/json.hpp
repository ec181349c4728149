// JSON is read with nlohmann's library; records are written by own code.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

// Parses a file; throws Error with the place of the first mistake.
nlohmann::json read_json(const std::string& path);

// "a \"quoted\" text", in which bytes that are not UTF-8 become U+FFFD.
std::string quoted(const std::string& text);

// Nine significant digits, enough to give back every float32; null for nan and infinity.
std::string to_json(double number);

// Nested lists by shape; a number or a text for a scalar. [0, 4] is [].
std::string to_json(const Value& value);

}  // namespace zoo
