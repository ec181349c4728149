// Back end: ONNX Runtime on the CPU.
#include <array>
#include <cmath>
#include <utility>

#include "backends/onnxruntime_api.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "core/json.hpp"

namespace zoo {

const LibraryNames kRuntime = {
    "ONNX Runtime", "--onnxruntime", "ZOO_ONNXRUNTIME", "libonnxruntime.so",
    "pip install onnxruntime brings it as onnxruntime/capi/libonnxruntime.so.VERSION"};

namespace {

// Functions that tell about the model's inputs, or about its outputs.
struct Inputs {
  using Count = ort::GetInputCount;
  using Name = ort::GetInputName;
  using Type = ort::GetInputTypeInfo;
};
struct Outputs {
  using Count = ort::GetOutputCount;
  using Name = ort::GetOutputName;
  using Type = ort::GetOutputTypeInfo;
};

// A tensor of the model; unknown dimensions are -1.
struct ModelTensor {
  TensorSpec spec;
  int element_type = 0;
};

class OnnxRuntime : public Backend {
 public:
  OnnxRuntime(const BackendOptions& options, const TensorSpec& input,
              const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;

 private:
  ort::Handle<ort::SessionOptions> session_options(const BackendOptions& options) const;
  template <typename Side>
  std::vector<ModelTensor> tensors() const;
  template <typename Side>
  void check(const std::string& model, const char* side,
             const std::vector<TensorSpec>& wanted) const;
  std::vector<float> read(ort::Value* value, const TensorSpec& output) const;

  TensorSpec input_;
  std::vector<TensorSpec> outputs_;
  SharedLibrary library_;
  ort::Api api_;
  ort::Handle<ort::Env> env_;
  ort::Handle<ort::Session> session_;
  ort::Handle<ort::MemoryInfo> memory_;
};

ort::Handle<ort::Session> no_session() {
  return {nullptr, [](ort::Session*) {}};
}

OnnxRuntime::OnnxRuntime(const BackendOptions& options, const TensorSpec& input,
                         const std::vector<TensorSpec>& outputs)
    : input_(input),
      outputs_(outputs),
      library_(kRuntime, options.library),
      api_(library_),
      env_(api_.make<ort::CreateEnv, ort::ReleaseEnv, ort::Env>(ort::kLogErrors, "app")),
      session_(no_session()),
      memory_(api_.make<ort::CreateCpuMemoryInfo, ort::ReleaseMemoryInfo, ort::MemoryInfo>(
          ort::kArenaAllocator, ort::kDefaultMemory)) {
  if (!is_file(options.model)) {
    throw Error(options.model + ": no such model; --model FILE names it");
  }
  const auto settings = session_options(options);
  try {
    session_ = api_.make<ort::CreateSession, ort::ReleaseSession, ort::Session>(
        env_.get(), options.model.c_str(), settings.get());
  } catch (const Error& error) {
    throw Error(options.model + ": cannot be loaded. " + error.what());
  }
  check<Inputs>(options.model, "input", {input_});
  check<Outputs>(options.model, "output", outputs_);
}

// Threads, and the artifact's own settings: a table of texts in session.json beside the model.
ort::Handle<ort::SessionOptions> OnnxRuntime::session_options(const BackendOptions& options) const {
  auto settings =
      api_.make<ort::CreateSessionOptions, ort::ReleaseSessionOptions, ort::SessionOptions>();
  api_.call<ort::SetIntraOpNumThreads>(settings.get(), options.threads);
  api_.call<ort::SetInterOpNumThreads>(settings.get(), 1);
  api_.call<ort::SetGraphOptimizationLevel>(settings.get(), ort::kAllOptimizations);
  // Without it, sums of u8 x s8 products saturate at 16 bits on CPUs that lack VNNI.
  api_.call<ort::AddSessionConfigEntry>(settings.get(), "session.x64quantprecision", "1");
  const std::string file = directory_name(options.model) + "/session.json";
  if (!is_file(file)) return settings;
  for (const auto& [key, value] : read_json(file).members) {
    if (value.kind != Json::Kind::kText) throw Error(file + ": entry '" + key + "' is no text");
    try {
      api_.call<ort::AddSessionConfigEntry>(settings.get(), key.c_str(), value.text.c_str());
    } catch (const Error& error) {
      throw Error(file + ": entry '" + key + "' is refused. " + error.what());
    }
  }
  return settings;
}

template <typename Side>
std::vector<ModelTensor> OnnxRuntime::tensors() const {
  ort::Allocator* allocator = nullptr;
  api_.call<ort::GetDefaultAllocator>(&allocator);
  std::size_t count = 0;
  api_.call<typename Side::Count>(session_.get(), &count);
  std::vector<ModelTensor> tensors(count);
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    api_.call<typename Side::Name>(session_.get(), i, allocator, &name);
    tensors[i].spec.name = name;
    api_.call<ort::AllocatorFree>(allocator, static_cast<void*>(name));
    const auto type =
        api_.make<typename Side::Type, ort::ReleaseTypeInfo, ort::TypeInfo>(session_.get(), i);
    const ort::TensorInfo* info = nullptr;
    api_.call<ort::CastTypeInfoToTensorInfo>(type.get(), &info);
    if (info == nullptr) continue;
    std::size_t rank = 0;
    api_.call<ort::GetDimensionsCount>(info, &rank);
    tensors[i].spec.shape.resize(rank);
    api_.call<ort::GetDimensions>(info, tensors[i].spec.shape.data(), rank);
    api_.call<ort::GetTensorElementType>(info, &tensors[i].element_type);
  }
  return tensors;
}

// Whether a float32 tensor of the model can hold a batch of one of what the contract says.
bool fits(const ModelTensor& found, const TensorSpec& wanted) {
  if (found.spec.name != wanted.name || found.element_type != ort::kFloat32) return false;
  if (found.spec.shape.size() != wanted.shape.size() + 1 || found.spec.shape[0] > 1) return false;
  for (std::size_t i = 0; i < wanted.shape.size(); ++i) {
    const std::int64_t n = found.spec.shape[i + 1];
    if (n >= 0 && n != wanted.shape[i]) return false;
  }
  return true;
}

template <typename Side>
void OnnxRuntime::check(const std::string& model, const char* side,
                        const std::vector<TensorSpec>& wanted) const {
  const std::vector<ModelTensor> found = tensors<Side>();
  std::string listed;
  for (const ModelTensor& tensor : found) {
    listed += (listed.empty() ? "" : ", ") + describe(tensor.spec);
    if (tensor.element_type != ort::kFloat32) listed += " (not float32)";
  }
  for (const TensorSpec& tensor : wanted) {
    bool is_there = false;
    for (const ModelTensor& candidate : found) is_there = is_there || fits(candidate, tensor);
    if (is_there) continue;
    throw Error(model + ": has no float32 " + side + " " + describe(tensor) +
                " with a batch of one before it; it has " + listed +
                ". This program was made for another model: rebuild the bundle");
  }
}

std::vector<float> OnnxRuntime::read(ort::Value* value, const TensorSpec& output) const {
  const auto info =
      api_.make<ort::GetTensorTypeAndShape, ort::ReleaseTensorInfo, ort::TensorInfo>(value);
  std::size_t count = 0;
  api_.call<ort::GetTensorElementCount>(info.get(), &count);
  if (count != output.size()) {
    throw Error("output " + describe(output) + " has " + std::to_string(count) + " numbers");
  }
  void* data = nullptr;
  api_.call<ort::GetTensorMutableData>(value, &data);
  const auto* numbers = static_cast<const float*>(data);
  return {numbers, numbers + count};
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
  std::vector<const char*> names;
  for (const TensorSpec& output : outputs_) names.push_back(output.name.c_str());
  std::vector<ort::Value*> values(outputs_.size());
  const ort::RunOptions* defaults = nullptr;
  api_.call<ort::Run>(session_.get(), defaults, &input_name, &input_value, std::size_t{1},
                      names.data(), names.size(), values.data());
  std::vector<ort::Handle<ort::Value>> owners;
  for (ort::Value* value : values) owners.push_back(api_.own<ort::ReleaseValue>(value));
  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < outputs_.size(); ++i) results.push_back(read(values[i], outputs_[i]));
  return results;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<OnnxRuntime>(options, input, outputs);
}

}  // namespace zoo
