#include "network.hpp"

namespace stand_in {

namespace {

using namespace zoo::ort;

// A further place in the table of functions.
using CreateSessionFromArray = Entry<8, Status*(const Env*, const void* model, std::size_t size,
                                                const SessionOptions*, Session**)>;

constexpr zoo::LibraryNames kLibrary = {
    "ONNX Runtime",      "ZOO_ONNXRUNTIME",         "ZOO_ONNXRUNTIME",
    "libonnxruntime.so", "pip install onnxruntime", kNoTelemetry};
constexpr int kNoOptimizations = 0;

Handle<Session> open(const Api& api, const Env* env, const std::string& onnx) {
  auto settings = api.make<CreateSessionOptions, ReleaseSessionOptions, SessionOptions>();
  api.call<SetIntraOpNumThreads>(settings.get(), 1);
  api.call<SetInterOpNumThreads>(settings.get(), 1);
  api.call<SetGraphOptimizationLevel>(settings.get(), kNoOptimizations);
  const void* bytes = onnx.data();
  return api.make<CreateSessionFromArray, ReleaseSession, Session>(env, bytes, onnx.size(),
                                                                   settings.get());
}

}  // namespace

Network::Network(const std::string& onnx)
    : library_(kLibrary, ""),
      api_(library_),
      env_(api_.make<CreateEnv, ReleaseEnv, Env>(kLogErrors, "stand-in")),
      session_(open(api_, env_.get(), onnx)),
      memory_(api_.make<CreateCpuMemoryInfo, ReleaseMemoryInfo, MemoryInfo>(kArenaAllocator,
                                                                            kDefaultMemory)) {
  describe<GetInputCount, GetInputName, GetInputTypeInfo>(true);
  describe<GetOutputCount, GetOutputName, GetOutputTypeInfo>(false);
}

template <typename Count, typename Name, typename Type>
void Network::describe(bool are_inputs) {
  std::size_t count = 0;
  api_.call<Count>(session_.get(), &count);
  Allocator* allocator = nullptr;
  api_.call<GetDefaultAllocator>(&allocator);
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    api_.call<Name>(session_.get(), i, allocator, &name);
    Tensor tensor{{name, {}}, are_inputs, false};
    api_.call<AllocatorFree>(allocator, static_cast<void*>(name));
    const auto type = api_.make<Type, ReleaseTypeInfo, TypeInfo>(session_.get(), i);
    const TensorInfo* info = nullptr;
    api_.call<CastTypeInfoToTensorInfo>(type.get(), &info);
    std::size_t rank = 0;
    api_.call<GetDimensionsCount>(info, &rank);
    tensor.spec.shape.resize(rank);
    api_.call<GetDimensions>(info, tensor.spec.shape.data(), rank);
    int element = 0;
    api_.call<GetTensorElementType>(info, &element);
    tensor.is_float32 = element == kFloat32;
    tensors.push_back(tensor);
  }
}

void Network::run() {
  std::vector<const char*> names[2];
  std::vector<Value*> values[2];
  std::vector<Handle<Value>> owners;
  for (const Tensor& tensor : tensors) {
    owners.push_back(api_.make<CreateTensorWithData, ReleaseValue, Value>(
        memory_.get(), tensor.data, tensor.spec.size() * sizeof(float), tensor.spec.shape.data(),
        tensor.spec.shape.size(), kFloat32));
    names[tensor.is_input].push_back(tensor.spec.name.c_str());
    values[tensor.is_input].push_back(owners.back().get());
  }
  const RunOptions* defaults = nullptr;
  api_.call<Run>(session_.get(), defaults, names[true].data(), values[true].data(),
                 names[true].size(), names[false].data(), names[false].size(),
                 values[false].data());
}

}  // namespace stand_in
