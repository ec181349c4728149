// What the network says about one part of a photo.
#pragma once

#include <optional>
#include <vector>

#include "core/backend.hpp"
#include "core/source.hpp"
#include "steps/frame.hpp"

namespace zoo {

// outputs: the network's own, in the contract's order.  values: outputs and what steps made of
// them. latency_ms: all of it.  inference_ms: the network alone.  device_ms: by the accelerator's
// own clock, where it has one.
struct Face {
  Box box;
  std::vector<std::vector<float>> outputs;
  Values values;
  double latency_ms = 0;
  double inference_ms = 0;
  std::optional<double> device_ms;
};

// Runs the contract's steps and the network on a part of a photo.
Face look(Backend& backend, const Photo& photo, const Box& box);

// The value 'landmarks' [K, 2] in photo pixels, null where the contract makes none.
const Tensor* landmarks_of(const Face& face);

}  // namespace zoo
