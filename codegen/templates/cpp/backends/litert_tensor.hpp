// Inputs and outputs of a .tflite file; for integers, real = scale * (q - zero_point).
#pragma once

#include <string>
#include <vector>

#include "backends/litert_api.hpp"
#include "core/backend.hpp"

namespace zoo::litert {

// index: among the file's inputs, or among its outputs.  channels_last: images are stored as
// [H, W, C], whereas spec.shape is [C, H, W].
struct BorderTensor {
  TensorSpec spec;
  std::size_t index;
  TensorType type;
  bool channels_last;
  float scale;
  std::int64_t zero_point;
};

// The file's inputs or outputs with these names, in this order. model: for messages.
// Throws Error if one is missing or does not fit.
std::vector<BorderTensor> find_inputs(const Api& api, Subgraph* graph, const std::string& model,
                                      const std::vector<TensorSpec>& wanted);
std::vector<BorderTensor> find_outputs(const Api& api, Subgraph* graph, const std::string& model,
                                       const std::vector<TensorSpec>& wanted);

// Whether a tensor has 8-bit integers.
bool is_bytes(const BorderTensor& tensor);

// The byte that holds the integer of a real.
std::uint8_t quantize(const BorderTensor& tensor, float real);

// Writes reals in the contract's order to where the runtime reads them, and the reverse.
void store(const BorderTensor& tensor, const std::vector<float>& reals, void* stored);
std::vector<float> load(const BorderTensor& tensor, const void* stored);

}  // namespace zoo::litert
