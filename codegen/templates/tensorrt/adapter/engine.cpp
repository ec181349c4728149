#include "adapter/engine.hpp"

#include <cstdio>

namespace zoo::tensorrt {

namespace {

using nvinfer1::DataType;
using nvinfer1::Dims;
using nvinfer1::ICudaEngine;

// From 8.5 on tensors are accessed by name, before by index.
#if ZOO_TENSORRT >= 805
int count_tensors(const ICudaEngine& engine) { return engine.getNbIOTensors(); }

const char* name_of(const ICudaEngine& engine, int index) { return engine.getIOTensorName(index); }

Dims shape_of(const ICudaEngine& engine, int index) {
  return engine.getTensorShape(name_of(engine, index));
}

DataType type_of(const ICudaEngine& engine, int index) {
  return engine.getTensorDataType(name_of(engine, index));
}

bool is_input(const ICudaEngine& engine, int index) {
  return engine.getTensorIOMode(name_of(engine, index)) == nvinfer1::TensorIOMode::kINPUT;
}
#else
int count_tensors(const ICudaEngine& engine) { return engine.getNbBindings(); }

const char* name_of(const ICudaEngine& engine, int index) { return engine.getBindingName(index); }

Dims shape_of(const ICudaEngine& engine, int index) { return engine.getBindingDimensions(index); }

DataType type_of(const ICudaEngine& engine, int index) { return engine.getBindingDataType(index); }

bool is_input(const ICudaEngine& engine, int index) { return engine.bindingIsInput(index); }
#endif

Tensor describe(const ICudaEngine& engine, int index) {
  Tensor tensor{};
  std::snprintf(tensor.name, sizeof tensor.name, "%s", name_of(engine, index));
  tensor.is_input = is_input(engine, index);
  tensor.is_float32 = type_of(engine, index) == DataType::kFLOAT;
  const Dims shape = shape_of(engine, index);
  tensor.rank = shape.nbDims;
  for (int i = 0; i < shape.nbDims; ++i) tensor.shape[i] = shape.d[i];
  return tensor;
}

std::size_t size_bytes(const Tensor& tensor) {
  std::size_t size = sizeof(float);
  for (int i = 0; i < tensor.rank; ++i) {
    if (tensor.shape[i] < 1) {
      throw std::runtime_error("tensor '" + std::string(tensor.name) +
                               "' of the engine has no fixed shape; build the bundle again");
    }
    size *= static_cast<std::size_t>(tensor.shape[i]);
  }
  return size;
}

}  // namespace

void require(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  throw std::runtime_error(std::string(call) + ": " + cudaGetErrorString(status));
}

BoundTensor::BoundTensor(const Tensor& described)
    : tensor(described), bytes(size_bytes(described)) {
  require(cudaMalloc(&on_gpu, bytes), "cudaMalloc");
  void* memory = nullptr;
  require(cudaMallocHost(&memory, bytes), "cudaMallocHost");
  on_host = static_cast<float*>(memory);
}

BoundTensor::~BoundTensor() {
  cudaFree(on_gpu);
  cudaFreeHost(on_host);
}

Engine::Engine(Bytes plan)
    : runtime_(own(nvinfer1::createInferRuntime(the_log()), "start")),
      engine_(own(runtime_->deserializeCudaEngine(plan.data, plan.size), "load the engine")),
      context_(own(engine_->createExecutionContext(), "prepare the engine")) {
  for (int i = 0; i < count_tensors(*engine_); ++i) {
    tensors.push_back(std::make_unique<BoundTensor>(describe(*engine_, i)));
    addresses_.push_back(tensors.back()->on_gpu);
#if ZOO_TENSORRT >= 805
    context_->setTensorAddress(tensors.back()->tensor.name, addresses_.back());
#endif
  }
  require(cudaStreamCreate(&stream_), "cudaStreamCreate");
  require(cudaEventCreate(&start_), "cudaEventCreate");
  require(cudaEventCreate(&end_), "cudaEventCreate");
}

Engine::~Engine() {
  cudaEventDestroy(end_);
  cudaEventDestroy(start_);
  cudaStreamDestroy(stream_);
}

void Engine::copy(bool inputs) {
  for (const auto& bound : tensors) {
    if (bound->tensor.is_input != inputs) continue;
    void* to = inputs ? bound->on_gpu : bound->on_host;
    const void* from = inputs ? static_cast<void*>(bound->on_host) : bound->on_gpu;
    const auto way = inputs ? cudaMemcpyHostToDevice : cudaMemcpyDeviceToHost;
    require(cudaMemcpyAsync(to, from, bound->bytes, way, stream_), "cudaMemcpyAsync");
  }
}

float Engine::run() {
  require(cudaEventRecord(start_, stream_), "cudaEventRecord");
  copy(true);
#if ZOO_TENSORRT >= 805
  const bool good = context_->enqueueV3(stream_);
#else
  const bool good = context_->enqueueV2(addresses_.data(), stream_, nullptr);
#endif
  if (!good) throw std::runtime_error("TensorRT cannot run the engine (" + the_log().take() + ")");
  copy(false);
  require(cudaEventRecord(end_, stream_), "cudaEventRecord");
  require(cudaEventSynchronize(end_), "cudaEventSynchronize");
  float milliseconds = 0;
  require(cudaEventElapsedTime(&milliseconds, start_, end_), "cudaEventElapsedTime");
  return milliseconds;
}

Engine* load(Bytes plan) { return new Engine(plan); }

}  // namespace zoo::tensorrt
