// Back end: ONNX Runtime on the CPU.
#include "backends/onnxruntime_api.hpp"
#include "backends/onnxruntime_session.hpp"
#include "core/backend.hpp"
#include "core/shared_library.hpp"
#include "core/usage.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "ONNX Runtime",
    {{"--threads", "N", "threads of the network", parse_count},
     {"--onnxruntime", "FILE",
      "libonnxruntime.so; default: ZOO_ONNXRUNTIME, ../lib beside the program, the system's",
      nullptr}}};

namespace {

constexpr LibraryNames kLibrary = {
    "ONNX Runtime",
    "--onnxruntime",
    "ZOO_ONNXRUNTIME",
    "libonnxruntime.so",
    "pip install onnxruntime brings it as onnxruntime/capi/libonnxruntime.so.VERSION",
    ort::kNoTelemetry};

class OnnxRuntime : public Backend {
 public:
  OnnxRuntime(const BackendOptions& options, const TensorSpec& input,
              const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;

 private:
  std::vector<float> read(ort::Value* value, const TensorSpec& output) const;

  TensorSpec input_;
  std::vector<TensorSpec> outputs_;
  SharedLibrary library_;
  ort::Api api_;
  ort::Handle<ort::Env> env_;
  ort::Handle<ort::Session> session_;
  ort::Handle<ort::MemoryInfo> memory_;
};

OnnxRuntime::OnnxRuntime(const BackendOptions& options, const TensorSpec& input,
                         const std::vector<TensorSpec>& outputs)
    : input_(input),
      outputs_(outputs),
      library_(kLibrary, options.get("--onnxruntime", "")),
      api_(library_),
      env_(api_.make<ort::CreateEnv, ort::ReleaseEnv, ort::Env>(ort::kLogErrors, "app")),
      session_(ort::open_session(api_, env_.get(), options)),
      memory_(api_.make<ort::CreateCpuMemoryInfo, ort::ReleaseMemoryInfo, ort::MemoryInfo>(
          ort::kArenaAllocator, ort::kDefaultMemory)) {
  ort::check_tensors(api_, session_.get(), options.model, input, outputs);
}

std::vector<std::vector<float>> OnnxRuntime::run(const std::vector<float>& input) {
  std::vector<std::int64_t> shape = {1};
  shape.insert(shape.end(), input_.shape.begin(), input_.shape.end());
  // The runtime only reads its inputs, though the API takes them as void*.
  void* data = const_cast<float*>(input.data());
  const auto tensor = api_.make<ort::CreateTensorWithData, ort::ReleaseValue, ort::Value>(
      memory_.get(), data, input.size() * sizeof(float), shape.data(), shape.size(), ort::kFloat32);
  const char* input_name = input_.name.c_str();
  const ort::Value* input_value = tensor.get();
  const ort::RunOptions* defaults = nullptr;
  std::vector<const char*> names;
  for (const TensorSpec& output : outputs_) names.push_back(output.name.c_str());
  std::vector<ort::Value*> values(outputs_.size());
  api_.call<ort::Run>(session_.get(), defaults, &input_name, &input_value, std::size_t{1},
                      names.data(), names.size(), values.data());
  std::vector<ort::Handle<ort::Value>> owners;
  for (ort::Value* value : values) owners.push_back(api_.own<ort::ReleaseValue>(value));
  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < outputs_.size(); ++i) results.push_back(read(values[i], outputs_[i]));
  return results;
}

std::vector<float> OnnxRuntime::read(ort::Value* value, const TensorSpec& output) const {
  const auto info =
      api_.make<ort::GetTensorTypeAndShape, ort::ReleaseTensorInfo, ort::TensorInfo>(value);
  std::size_t count = 0;
  api_.call<ort::GetTensorElementCount>(info.get(), &count);
  if (count != output.size()) {
    throw Error("output " + describe(output) + " came with " + std::to_string(count) + " numbers");
  }
  void* data = nullptr;
  api_.call<ort::GetTensorMutableData>(value, &data);
  const auto* numbers = static_cast<const float*>(data);
  return {numbers, numbers + count};
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<OnnxRuntime>(options, input, outputs);
}

}  // namespace zoo
