// A model that ONNX Runtime has loaded.
#pragma once

#include <string>
#include <vector>

#include "backends/onnxruntime_api.hpp"
#include "core/backend.hpp"
#include "core/shared_library.hpp"

namespace zoo::ort {

// The options that every program with ONNX Runtime has.
BackendOption threads_option(const std::string& help);
BackendOption library_option();

class Model {
 public:
  // Loads the library and the model. Integers are exact on every CPU. Throws Error.
  explicit Model(const BackendOptions& options);

  // The model's inputs and outputs, without their batch.
  const std::vector<TensorSpec>& inputs() const { return inputs_; }
  const std::vector<TensorSpec>& outputs() const { return outputs_; }

  // Throws Error unless the model has float32 inputs and outputs with these names and shapes, after
  // a batch of one.
  void check(const TensorSpec& input, const std::vector<TensorSpec>& outputs) const;

  // Returns the numbers of each output; throws Error. numbers: those of each input.
  std::vector<std::vector<float>> run(const std::vector<TensorSpec>& inputs,
                                      const std::vector<float>* numbers,
                                      const std::vector<TensorSpec>& outputs);

  // Milliseconds of the last run, without making and reading tensors.
  double runtime_ms() const { return runtime_ms_; }

 private:
  std::vector<float> read(Value* value, const TensorSpec& output) const;

  std::string file_;
  SharedLibrary library_;
  Api api_;
  Handle<Env> env_;
  Handle<Session> session_;
  Handle<MemoryInfo> memory_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  double runtime_ms_ = 0;
};

}  // namespace zoo::ort
