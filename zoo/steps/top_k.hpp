// Step top_k: the classes with the highest scores, and their labels.
// The numpy form is zoo/steps/top_k.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Adds values "top_scores" and "top_classes", and "top_labels" if there are labels. Of equal scores
// the lower index is first; nan counts as the lowest score.
inline void top_k(Values& values, const Frame&, const std::string& output, int count,
                  const std::vector<std::string>& labels) {
  const std::vector<double> scores = std::get<Tensor>(values.at(output)).data;
  const auto rank = [&scores](std::int64_t i) {
    const double score = scores[static_cast<std::size_t>(i)];
    return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
  };
  std::vector<std::int64_t> classes(scores.size());
  std::iota(classes.begin(), classes.end(), 0);
  std::stable_sort(classes.begin(), classes.end(),
                   [&rank](std::int64_t a, std::int64_t b) { return rank(a) > rank(b); });
  classes.resize(static_cast<std::size_t>(count));
  Tensor top_scores{{count}, {}};
  Texts top_labels{{count}, {}};
  for (std::int64_t i : classes) {
    top_scores.data.push_back(scores[static_cast<std::size_t>(i)]);
    if (!labels.empty()) top_labels.data.push_back(labels[static_cast<std::size_t>(i)]);
  }
  values["top_scores"] = std::move(top_scores);
  values["top_classes"] = Integers{{count}, std::move(classes)};
  if (!labels.empty()) values["top_labels"] = std::move(top_labels);
}

}  // namespace zoo
