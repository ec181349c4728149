// Texts and values as JSON.
#pragma once

#include <string>

#include "steps/frame.hpp"

namespace zoo {

// "a \"quoted\" text". The PC's program turns bytes that are not UTF-8 into U+FFFD.
std::string quoted(const std::string& text);

// Nine significant digits, enough to give back every float32; null for nan and infinity.
std::string to_json(double number);

// Nested lists by shape; a number or a text for a scalar. [0, 4] is [].
std::string to_json(const Value& value);

}  // namespace zoo
