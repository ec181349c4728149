// Inputs and outputs of an integer network: real = scale * (q - zero_point).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/backend.hpp"
#ifdef NETWORK_THREADS
#include "backends/c99_team.hpp"
#endif

namespace zoo::c99 {

using Bytes = std::vector<std::uint8_t>;

// An input or output. Integers are stored as [H, W, C] where spec.shape is [C, H, W].
// bytes: of an integer, 1 or 2, or 4 for outputs that are a layer's sums.
struct IntegerTensor {
  TensorSpec spec;
  bool is_signed;
  float scale;
  int zero_point;
  bool rounds_half_up;
  std::size_t bytes = 1;

  std::size_t size_bytes() const { return bytes * spec.size(); }
};

// A network's C code. run: not reentrant, and networks share memory.  run_part: one thread's part
// of that, after a first `run`.  scratch_bytes: of each thread.
struct Network {
  IntegerTensor input;
  std::vector<IntegerTensor> outputs;
  void (*run)(const Bytes& input, std::vector<Bytes>& outputs);
#ifdef NETWORK_THREADS
  void (*run_part)(const Part& part, const Bytes& input, std::vector<Bytes>& outputs);
  std::size_t scratch_bytes;
#endif
};

// Generated from the networks. role: as in BackendOptions.
const Network& network(const std::string& role);

// The place of a tensor of that name and shape; throws Error.
std::size_t find(const std::vector<IntegerTensor>& tensors, const TensorSpec& wanted);

// The integer of a real, of 8 bits.
std::uint8_t quantize(const IntegerTensor& tensor, float real);

// In the order of the network's memory.
Bytes quantize(const IntegerTensor& tensor, const std::vector<float>& reals);
std::vector<float> dequantize(const IntegerTensor& tensor, const Bytes& integers);

}  // namespace zoo::c99
