// A stand-in for the DPU: a VART runner that computes the same integers with the network's C code.
// VART loads it if an xmodel's DPU part names it, so the board's own program runs unchanged
// on a machine without a DPU. It says nothing about the DPU's speed.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vart/runner.hpp>
#include <vart/tensor_buffer.hpp>
#include <vector>
#include <xir/graph/graph.hpp>
#include <xir/graph/subgraph.hpp>
#include <xir/tensor/tensor.hpp>

extern "C" {
#include "network.h"
}

namespace {

using Tensors = std::vector<std::unique_ptr<xir::Tensor>>;

const std::string kOutputOrder = "return_ops";

Tensors clones(const std::vector<const xir::Tensor*>& tensors) {
  Tensors copies;
  for (const xir::Tensor* tensor : tensors) copies.push_back(xir::Tensor::clone(tensor));
  return copies;
}

std::vector<const xir::Tensor*> pointers(const Tensors& tensors) {
  std::vector<const xir::Tensor*> result;
  for (const auto& tensor : tensors) result.push_back(tensor.get());
  return result;
}

// The part's outputs in the order of the network and of its C function.
std::vector<const xir::Tensor*> ordered_outputs(const xir::Subgraph* part) {
  const auto tensors = part->get_sorted_output_tensors();
  std::vector<const xir::Tensor*> ordered(tensors.begin(), tensors.end());
  if (ordered.size() == 1) return ordered;
  const auto names = part->get_graph()->get_attr<std::vector<std::string>>(kOutputOrder);
  const auto place = [&names](const xir::Tensor* tensor) {
    return std::find(names.begin(), names.end(), tensor->get_producer()->get_name());
  };
  std::sort(ordered.begin(), ordered.end(),
            [&place](const auto* a, const auto* b) { return place(a) < place(b); });
  return ordered;
}

std::int8_t* data(vart::TensorBuffer* buffer) {
  const std::vector<std::int32_t> first(buffer->get_tensor()->get_shape().size(), 0);
  return reinterpret_cast<std::int8_t*>(buffer->data(first).first);
}

std::int8_t* data_of(const std::string& name, const std::vector<vart::TensorBuffer*>& buffers) {
  for (vart::TensorBuffer* buffer : buffers) {
    if (buffer->get_tensor()->get_name() == name) return data(buffer);
  }
  throw std::runtime_error("stand-in DPU: no buffer for tensor '" + name + "'");
}

// Calls the network's function with as many outputs as it has.
template <typename... Output, std::size_t... Index>
void call(void (*run)(const std::int8_t*, Output*...), const std::int8_t* input,
          const std::vector<std::int8_t*>& outputs, std::index_sequence<Index...>) {
  run(input, outputs.at(Index)...);
}

template <typename... Output>
void call(void (*run)(const std::int8_t*, Output*...), const std::int8_t* input,
          const std::vector<std::int8_t*>& outputs) {
  call(run, input, outputs, std::index_sequence_for<Output...>());
}

class StandIn : public vart::Runner {
 public:
  explicit StandIn(const xir::Subgraph* part)
      : inputs_(clones({part->get_sorted_input_tensors().front()})),
        outputs_(clones(ordered_outputs(part))) {}

  std::pair<std::uint32_t, int> execute_async(
      const std::vector<vart::TensorBuffer*>& inputs,
      const std::vector<vart::TensorBuffer*>& outputs) override {
    std::vector<std::int8_t*> results;
    for (const auto& tensor : outputs_) results.push_back(data_of(tensor->get_name(), outputs));
    call(network_run, data(inputs.at(0)), results);
    return {0, 0};
  }

  int wait(int, int) override { return 0; }
  TensorFormat get_tensor_format() override { return TensorFormat::NHWC; }
  std::vector<const xir::Tensor*> get_input_tensors() override { return pointers(inputs_); }
  std::vector<const xir::Tensor*> get_output_tensors() override { return pointers(outputs_); }

 private:
  Tensors inputs_;
  Tensors outputs_;
};

}  // namespace

extern "C" vart::Runner* create_runner(const xir::Subgraph* part, const std::string&) {
  return new StandIn(part);
}
