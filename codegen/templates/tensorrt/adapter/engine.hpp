// A loaded engine with its own stream and memory.
#pragma once

#include <vector>

#include "adapter/adapter.hpp"

namespace zoo::tensorrt {

// A tensor's memory, twice: on the GPU, and page-locked here, which the GPU copies from and to
// without a copy in between.
struct BoundTensor {
  explicit BoundTensor(const Tensor& described);
  ~BoundTensor();
  BoundTensor(const BoundTensor&) = delete;
  BoundTensor& operator=(const BoundTensor&) = delete;

  Tensor tensor;
  std::size_t bytes;
  void* on_gpu = nullptr;
  float* on_host = nullptr;
};

struct Engine {
 public:
  // Throws if TensorRT refuses the plan.
  explicit Engine(Bytes plan);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Returns the milliseconds from the first byte's copy to the GPU to the last one's copy back.
  float run();

  std::vector<std::unique_ptr<BoundTensor>> tensors;

 private:
  void copy(bool inputs);

  std::unique_ptr<nvinfer1::IRuntime> runtime_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
  std::vector<void*> addresses_;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t start_ = nullptr;
  cudaEvent_t end_ = nullptr;
};

}  // namespace zoo::tensorrt
