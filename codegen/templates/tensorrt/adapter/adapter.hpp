// Shared by the files of libzoo_tensorrt.so. Compiled with the headers of the installed TensorRT:
// 8.2 to 11, or TensorRT-RTX.
#pragma once

#include <NvInfer.h>
#include <cuda_runtime_api.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "backends/tensorrt_border.hpp"

#ifdef TRT_MAJOR_RTX
#define ZOO_IS_RTX 1
#else
#define ZOO_IS_RTX 0
#endif
// 805: TensorRT 8.5. TensorRT-RTX 1.7 has the flags and functions of TensorRT 11.
#define ZOO_TENSORRT (ZOO_IS_RTX ? 1100 : NV_TENSORRT_MAJOR * 100 + NV_TENSORRT_MINOR)

namespace zoo::tensorrt {

// Keeps TensorRT's error messages.
class Log : public nvinfer1::ILogger {
 public:
  void log(Severity severity, char const* text) noexcept override;

  // The messages since the last call, "it gives no reason" without any.
  std::string take();

 private:
  std::string errors_;
};

Log& the_log();

// Throws with TensorRT's messages if the object is null.
template <typename Object>
std::unique_ptr<Object> own(Object* object, const char* purpose) {
  if (object != nullptr) return std::unique_ptr<Object>(object);
  throw std::runtime_error("TensorRT cannot " + std::string(purpose) + " (" + the_log().take() +
                           ")");
}

// Throws with CUDA's message unless the call succeeded.
void require(cudaError_t status, const char* call);

Gpu find_gpu();

void build(const Settings& settings, Bytes onnx, Bytes timings, Keep keep, void* engine_into,
           void* timings_into);

Engine* load(Bytes plan);

}  // namespace zoo::tensorrt
