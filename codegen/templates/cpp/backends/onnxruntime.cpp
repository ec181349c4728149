// Back end: ONNX Runtime on the CPU.
#include "backends/onnxruntime_model.hpp"
#include "core/backend.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "ONNX Runtime", {ort::threads_option("threads of the network"), ort::library_option()}};

namespace {

class OnnxRuntime : public Backend {
 public:
  OnnxRuntime(const BackendOptions& options, const TensorSpec& input,
              const std::vector<TensorSpec>& outputs)
      : inputs_({input}), outputs_(outputs), model_(options) {
    model_.check(input, outputs);
  }

  std::vector<std::vector<float>> run(const std::vector<float>& input) override {
    return model_.run(inputs_, &input, outputs_);
  }

  std::optional<double> runtime_ms() const override { return model_.runtime_ms(); }

 private:
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  ort::Model model_;
};

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<OnnxRuntime>(options, input, outputs);
}

}  // namespace zoo
