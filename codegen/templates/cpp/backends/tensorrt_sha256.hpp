// Digest of files.
#pragma once

#include <string>

namespace zoo::tensorrt {

// SHA-256 (FIPS 180-4) in 64 hexadecimal digits.
std::string sha256(const std::string& content);

}  // namespace zoo::tensorrt
