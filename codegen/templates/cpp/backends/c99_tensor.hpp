// Inputs and outputs of an integer network: real = scale * (q - zero_point).
#pragma once

#include <cstdint>
#include <vector>

#include "core/backend.hpp"

namespace zoo::c99 {

using Bytes = std::vector<std::uint8_t>;

// An input or output. Integers are stored as [H, W, C] where spec.shape is [C, H, W].
struct IntegerTensor {
  TensorSpec spec;
  bool is_signed;
  float scale;
  int zero_point;
  bool rounds_half_up;
};

// The network's own, generated from it.
const IntegerTensor& input();
const std::vector<IntegerTensor>& outputs();
void run(const Bytes& input, std::vector<Bytes>& outputs);

Bytes quantize(const IntegerTensor& tensor, const std::vector<float>& reals);
std::vector<float> dequantize(const IntegerTensor& tensor, const Bytes& integers);

}  // namespace zoo::c99
