// What the network says about one part of a photo.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/backend.hpp"
#include "core/source.hpp"
#include "steps/frame.hpp"

namespace zoo {

// box: where it looked.  outputs: the network's own, in the contract's order.  values: outputs and
// what steps made of them.  latency_ms: all of it.  inference_ms: the network alone.  device_ms: by
// the accelerator's own clock, where it has one.
struct Finding {
  Box box;
  std::vector<std::vector<float>> outputs;
  Values values;
  double latency_ms = 0;
  double inference_ms = 0;
  std::optional<double> device_ms;
};

// Runs the contract's steps and the network on a part of a photo.
Finding look(Backend& backend, const Photo& photo, const Box& box);

// A value of rows [N, columns] of numbers, null where the contract makes none of this name.
const Tensor* rows_of(const Finding& finding, const std::string& name, std::int64_t columns);

}  // namespace zoo
