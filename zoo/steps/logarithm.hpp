// The natural logarithm, the same bits on every machine. The formula is in the numpy form,
// zoo/steps/logarithm.py.
#pragma once

#include <cmath>

namespace zoo {

// log(x) of a positive finite number.
inline double portable_log(double x) {
  constexpr double kLn2High = 0.6931471804855391;
  constexpr double kLn2Low = 7.440617110012397e-11;
  constexpr double kSqrtHalf = 0.7071067811865476;
  constexpr int kTerms = 11;
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < kSqrtHalf) {
    m = 2 * m;
    --exponent;
  }
  const double e = exponent;
  const double s = (m - 1) / (m + 1);
  double p = 1.0 / (2 * kTerms + 1);
  for (int k = kTerms - 1; k >= 0; --k) p = p * s * s + 1.0 / (2 * k + 1);
  return e * kLn2High + (2 * s * p + e * kLn2Low);
}

}  // namespace zoo
