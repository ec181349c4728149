// Step embedding: a vector of length 1. The numpy form is zoo/steps/embedding.py.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "frame.hpp"

namespace zoo {

// Adds value "embedding": x / max(length, 1e-12), the squares summed in order of index.
inline void embedding(Values& values, const Frame&, const std::string& output) {
  constexpr double kShortest = 1e-12;
  Tensor vector{{}, std::get<Tensor>(values.at(output)).data};
  vector.shape = {static_cast<std::int64_t>(vector.data.size())};
  double sum = 0;
  for (double x : vector.data) sum += x * x;
  const double length = std::sqrt(sum);
  for (double& x : vector.data) x /= length > kShortest ? length : kShortest;
  values["embedding"] = std::move(vector);
}

}  // namespace zoo
