// From a detector's numbers to the score of a location's best class. The formulas are in the numpy
// form, zoo/steps/box_scores.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "exponential.hpp"

namespace zoo {

struct ClassScore {
  double score = 0;
  std::size_t index = 0;  // without the background
};

// The softmax of raw[index], or 0 if it certainly is below the threshold: the sum is at least 1.
inline double softmax_of(const std::vector<double>& raw, std::size_t index, double threshold) {
  const double highest = *std::max_element(raw.begin(), raw.end());
  const double power = portable_exp(raw[index] - highest);
  if (power < threshold) return 0;
  double total = 0;
  for (double number : raw) total += portable_exp(number - highest);
  return power / total;
}

// raw: a number for each class, with the background.  objectness: null if there is none.
inline ClassScore best_score(const std::vector<double>& raw, const double* objectness,
                             const std::string& activation, const std::string& combine,
                             const std::string& background, double threshold) {
  const std::size_t begin = background == "first" ? 1 : 0;
  const std::size_t end = raw.size() - (background == "last" ? 1 : 0);
  std::size_t best = begin;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t k = begin; k < end; ++k) {
    if (raw[k] > highest) highest = raw[best = k];
  }
  double score = raw[best];
  if (activation == "sigmoid") score = portable_sigmoid(score);
  if (activation == "softmax") score = softmax_of(raw, best, threshold);
  if (objectness != nullptr) {
    score = (activation == "sigmoid" ? portable_sigmoid(*objectness) : *objectness) * score;
    if (combine == "geometric_mean") score = std::sqrt(score);
  }
  return {score, best - begin};
}

}  // namespace zoo
