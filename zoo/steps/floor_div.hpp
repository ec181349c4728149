// Integer division as Python's //.
#pragma once

#include <cstdint>

namespace zoo {

// The quotient rounded towards minus infinity, for b > 0.
inline std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

// The quotient rounded, halves up, for b > 0.
inline std::int64_t round_divide(std::int64_t a, std::int64_t b) {
  return floor_div(2 * a + b, 2 * b);
}

}  // namespace zoo
