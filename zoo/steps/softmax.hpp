// Step softmax: from scores to probabilities. The formulas are in the numpy form,
// zoo/steps/softmax.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// exp(x) for x <= 0, the same bits on every machine.
inline double portable_exp(double x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 0.6931471804855391;
  constexpr double kLn2Low = 7.440617110012397e-11;
  if (x < -708) return 0;
  const double n = std::floor(x * kLog2E + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double p = 1;
  for (int k = 13; k > 0; --k) p = 1 + r * p / k;
  return std::ldexp(p, static_cast<int>(n));
}

// Adds value "probabilities": exp(x - max x) over their sum, in order of index.
inline void softmax(Values& values, const Frame&, const std::string& output) {
  const std::vector<double>& scores = std::get<Tensor>(values.at(output)).data;
  Tensor probabilities{{static_cast<std::int64_t>(scores.size())}, {}};
  if (!std::all_of(scores.begin(), scores.end(), [](double x) { return std::isfinite(x); })) {
    probabilities.data.assign(scores.size(), std::numeric_limits<double>::quiet_NaN());
    values["probabilities"] = std::move(probabilities);
    return;
  }
  const double highest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double score : scores) {
    probabilities.data.push_back(portable_exp(score - highest));
    sum += probabilities.data.back();
  }
  for (double& probability : probabilities.data) probability /= sum;
  values["probabilities"] = std::move(probabilities);
}

}  // namespace zoo
