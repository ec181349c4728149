// exp and the logistic function, the same bits on every machine. The formulas are in the numpy
// form, zoo/steps/exponential.py.
#pragma once

#include <cmath>

namespace zoo {

// exp(x); 0 below -708, exp(708) above 708, nan of nan.
inline double portable_exp(double x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 0.6931471804855391;
  constexpr double kLn2Low = 7.440617110012397e-11;
  if (std::isnan(x)) return x;
  if (x < -708) return 0;
  if (x > 708) x = 708;
  const double n = std::floor(x * kLog2E + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double p = 1;
  for (int k = 13; k > 0; --k) p = 1 + r * p / k;
  return std::ldexp(p, static_cast<int>(n));
}

inline double portable_sigmoid(double x) {
  const double e = portable_exp(-std::fabs(x));
  return (x < 0 ? e : 1.0) / (1 + e);
}

}  // namespace zoo
