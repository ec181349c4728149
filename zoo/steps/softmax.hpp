// Step softmax: from scores to probabilities. The numpy form is zoo/steps/softmax.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "exponential.hpp"
#include "frame.hpp"

namespace zoo {

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
