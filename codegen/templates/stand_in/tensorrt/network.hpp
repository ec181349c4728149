// Runs an ONNX network with ONNX Runtime, node by node as in the file. ZOO_ONNXRUNTIME names the
// library.
#pragma once

#include <string>
#include <vector>

#include "backends/onnxruntime_api.hpp"
#include "core/backend.hpp"

namespace stand_in {

struct Tensor {
  zoo::TensorSpec spec;  // with the batch
  bool is_input;
  bool is_float32;
  void* data = nullptr;
};

class Network {
 public:
  // Throws zoo::Error if ONNX Runtime cannot load the file.
  explicit Network(const std::string& onnx);

  void run();

  std::vector<Tensor> tensors;

 private:
  template <typename Count, typename Name, typename Type>
  void describe(bool are_inputs);

  zoo::SharedLibrary library_;
  zoo::ort::Api api_;
  zoo::ort::Handle<zoo::ort::Env> env_;
  zoo::ort::Handle<zoo::ort::Session> session_;
  zoo::ort::Handle<zoo::ort::MemoryInfo> memory_;
};

}  // namespace stand_in
