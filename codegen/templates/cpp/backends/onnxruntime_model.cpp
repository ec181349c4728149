#include "backends/onnxruntime_model.hpp"

#include <algorithm>

#include "core/files.hpp"
#include "core/latency.hpp"
#include "core/usage.hpp"
#include "core/vnni.hpp"

namespace zoo::ort {

namespace {

constexpr LibraryNames kLibrary = {
    "ONNX Runtime",
    "--onnxruntime",
    "ZOO_ONNXRUNTIME",
    "libonnxruntime.so",
    "pip install onnxruntime brings it as onnxruntime/capi/libonnxruntime.so.VERSION",
    kNoTelemetry};

// Functions that describe the model's inputs, or its outputs.
struct Inputs {
  static constexpr const char* kName = "input";
  using Count = GetInputCount;
  using Name = GetInputName;
  using Type = GetInputTypeInfo;
};
struct Outputs {
  static constexpr const char* kName = "output";
  using Count = GetOutputCount;
  using Name = GetOutputName;
  using Type = GetOutputTypeInfo;
};

// A tensor of the model, with its batch; unknown dimensions are -1.
struct ModelTensor {
  TensorSpec spec;
  int element_type = 0;
};

// Whether ONNX Runtime's sums of u8 x s8 products are exact here: on x86-64 without VNNI they are
// added in pairs, saturated at 16 bits.
bool has_exact_products() {
#if defined(__x86_64__)
  return has_vnni();
#else
  return true;
#endif
}

// The process has one environment: further networks share it, and its threads.
Handle<Env> shared_environment(const Api& api, const BackendOptions& options) {
  const auto threading =
      api.make<CreateThreadingOptions, ReleaseThreadingOptions, ThreadingOptions>();
  const int threads = parse_threads("--threads", options.get("--threads", "1"));
  api.call<SetGlobalIntraOpNumThreads>(threading.get(), threads);
  api.call<SetGlobalInterOpNumThreads>(threading.get(), 1);
  const ThreadingOptions* given = threading.get();
  return api.make<CreateEnvWithGlobalThreadPools, ReleaseEnv, Env>(kLogErrors, "app", given);
}

Handle<SessionOptions> session_options(const Api& api) {
  auto settings = api.make<CreateSessionOptions, ReleaseSessionOptions, SessionOptions>();
  api.call<DisablePerSessionThreads>(settings.get());
  api.call<SetGraphOptimizationLevel>(settings.get(), kAllOptimizations);
  // Makes weights u8. This is exact on every CPU, but slower on those that do not need it.
  if (!has_exact_products()) {
    api.call<AddSessionConfigEntry>(settings.get(), "session.x64quantprecision", "1");
  }
  return settings;
}

template <typename Side>
ModelTensor model_tensor(const Api& api, const Session* session, std::size_t index) {
  ModelTensor tensor;
  Allocator* allocator = nullptr;
  api.call<GetDefaultAllocator>(&allocator);
  char* name = nullptr;
  api.call<typename Side::Name>(session, index, allocator, &name);
  tensor.spec.name = name;
  api.call<AllocatorFree>(allocator, static_cast<void*>(name));
  const auto type = api.make<typename Side::Type, ReleaseTypeInfo, TypeInfo>(session, index);
  const TensorInfo* info = nullptr;
  api.call<CastTypeInfoToTensorInfo>(type.get(), &info);
  if (info == nullptr) return tensor;  // a sequence or a map
  std::size_t rank = 0;
  api.call<GetDimensionsCount>(info, &rank);
  tensor.spec.shape.resize(rank);
  api.call<GetDimensions>(info, tensor.spec.shape.data(), rank);
  api.call<GetTensorElementType>(info, &tensor.element_type);
  return tensor;
}

// Whether a tensor of the model can hold the contract's tensor with a batch of one.
bool fits(const ModelTensor& found, const TensorSpec& wanted) {
  const std::vector<std::int64_t>& shape = found.spec.shape;
  if (found.spec.name != wanted.name || found.element_type != kFloat32) return false;
  if (shape.size() != wanted.shape.size() + 1 || shape[0] > 1) return false;
  for (std::size_t i = 0; i < wanted.shape.size(); ++i) {
    if (shape[i + 1] >= 0 && shape[i + 1] != wanted.shape[i]) return false;
  }
  return true;
}

template <typename Side>
void check_side(const Api& api, const Session* session, const std::string& model,
                const std::vector<TensorSpec>& wanted) {
  std::size_t count = 0;
  api.call<typename Side::Count>(session, &count);
  std::vector<ModelTensor> found;
  std::string listed;
  for (std::size_t i = 0; i < count; ++i) {
    found.push_back(model_tensor<Side>(api, session, i));
    listed += (i > 0 ? ", " : "") + describe(found[i].spec);
    if (found[i].element_type != kFloat32) listed += " (not float32)";
  }
  for (const TensorSpec& tensor : wanted) {
    const auto fitting = [&tensor](const ModelTensor& other) { return fits(other, tensor); };
    if (std::any_of(found.begin(), found.end(), fitting)) continue;
    throw Error(model + ": has no float32 " + Side::kName + " " + describe(tensor) +
                " with a batch of one; it has " + listed +
                ". This program was made for another model: build the bundle again");
  }
}

template <typename Side>
std::vector<TensorSpec> specs_of(const Api& api, const Session* session) {
  std::size_t count = 0;
  api.call<typename Side::Count>(session, &count);
  std::vector<TensorSpec> specs;
  for (std::size_t i = 0; i < count; ++i) {
    specs.push_back(model_tensor<Side>(api, session, i).spec);
    std::vector<std::int64_t>& shape = specs.back().shape;
    if (!shape.empty()) shape.erase(shape.begin());
  }
  return specs;
}

Handle<Session> open_session(const Api& api, const Env* env, const BackendOptions& options) {
  if (!is_file(options.model)) {
    throw UsageError(options.model + ": no such model; " + options.option() + " FILE names it");
  }
  try {
    const auto settings = session_options(api);
    return api.make<CreateSession, ReleaseSession, Session>(env, options.model.c_str(),
                                                            settings.get());
  } catch (const Error& error) {
    throw Error(options.model + ": cannot be loaded. " + error.what());
  }
}

}  // namespace

BackendOption threads_option(const std::string& help) {
  return {"--threads", "N", help, parse_threads};
}

BackendOption library_option() {
  return {kLibrary.option, "FILE",
          "libonnxruntime.so; default: ZOO_ONNXRUNTIME, ../lib beside the program, the system's",
          nullptr};
}

Model::Model(const BackendOptions& options)
    : file_(options.model),
      library_(kLibrary, options.get(kLibrary.option, "")),
      api_(library_),
      env_(shared_environment(api_, options)),
      session_(open_session(api_, env_.get(), options)),
      memory_(api_.make<CreateCpuMemoryInfo, ReleaseMemoryInfo, MemoryInfo>(kArenaAllocator,
                                                                            kDefaultMemory)),
      inputs_(specs_of<Inputs>(api_, session_.get())),
      outputs_(specs_of<Outputs>(api_, session_.get())) {}

void Model::check(const TensorSpec& input, const std::vector<TensorSpec>& outputs) const {
  check_side<Inputs>(api_, session_.get(), file_, {input});
  check_side<Outputs>(api_, session_.get(), file_, outputs);
}

std::vector<std::vector<float>> Model::run(const std::vector<TensorSpec>& inputs,
                                           const std::vector<float>* numbers,
                                           const std::vector<TensorSpec>& outputs) {
  std::vector<Handle<Value>> owners;
  std::vector<const Value*> given;
  std::vector<const char*> given_names;
  for (const TensorSpec& input : inputs) {
    std::vector<std::int64_t> shape = {1};
    shape.insert(shape.end(), input.shape.begin(), input.shape.end());
    // The runtime only reads its inputs, though the API takes them as void*.
    void* data = const_cast<float*>(numbers->data());
    owners.push_back(api_.make<CreateTensorWithData, ReleaseValue, Value>(
        memory_.get(), data, numbers->size() * sizeof(float), shape.data(), shape.size(),
        kFloat32));
    given.push_back(owners.back().get());
    given_names.push_back(input.name.c_str());
    ++numbers;
  }
  std::vector<const char*> names;
  for (const TensorSpec& output : outputs) names.push_back(output.name.c_str());
  std::vector<Value*> values(outputs.size());
  const RunOptions* defaults = nullptr;
  const Stopwatch alone;
  api_.call<Run>(session_.get(), defaults, given_names.data(), given.data(), given.size(),
                 names.data(), names.size(), values.data());
  runtime_ms_ = alone.elapsed_ms();
  for (Value* value : values) owners.push_back(api_.own<ReleaseValue>(value));
  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) results.push_back(read(values[i], outputs[i]));
  return results;
}

std::vector<float> Model::read(Value* value, const TensorSpec& output) const {
  const auto info = api_.make<GetTensorTypeAndShape, ReleaseTensorInfo, TensorInfo>(value);
  std::size_t count = 0;
  api_.call<GetTensorElementCount>(info.get(), &count);
  if (count != output.size()) {
    throw Error("output " + describe(output) + " came with " + std::to_string(count) + " numbers");
  }
  void* data = nullptr;
  api_.call<GetTensorMutableData>(value, &data);
  const auto* found = static_cast<const float*>(data);
  return {found, found + count};
}

}  // namespace zoo::ort
