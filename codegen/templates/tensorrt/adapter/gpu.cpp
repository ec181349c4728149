#include <cstdio>

#include "adapter/adapter.hpp"

namespace zoo::tensorrt {

namespace {

#if defined(ZOO_STAND_IN)
constexpr char kRuntime[] = ZOO_STAND_IN;
#elif ZOO_IS_RTX
constexpr char kRuntime[] = "TensorRT-RTX";
#else
constexpr char kRuntime[] = "TensorRT";
#endif

void require_driver(cudaError_t status) {
  if (status == cudaErrorInsufficientDriver) {
    throw std::runtime_error(
        "the NVIDIA driver is missing, or older than this CUDA needs; nvidia-smi tells its "
        "version, on a Jetson /etc/nv_tegra_release");
  }
  if (status == cudaErrorNoDevice) {
    throw std::runtime_error(
        "the NVIDIA driver finds no GPU; in a container start it with --gpus all, on a Jetson with "
        "--runtime nvidia");
  }
  require(status, "cudaGetDeviceCount");
}

// Version of the loaded library: 10.9.0 is 100900; before TensorRT 10, 8.2.1 is 8201.
std::string version() {
  const int told = getInferLibVersion();
  const int digit = ZOO_TENSORRT >= 1000 ? 100 : 10;
  return std::to_string(told / (100 * digit)) + "." + std::to_string(told / 100 % digit) + "." +
         std::to_string(told % 100);
}

}  // namespace

Gpu find_gpu() {
  int count = 0;
  require_driver(cudaGetDeviceCount(&count));
  cudaDeviceProp properties{};
  require(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  Gpu gpu{};
  std::snprintf(gpu.name, sizeof gpu.name, "%s", properties.name);
  std::snprintf(gpu.runtime, sizeof gpu.runtime, "%s", kRuntime);
  std::snprintf(gpu.version, sizeof gpu.version, "%s", version().c_str());
  gpu.capability_major = properties.major;
  gpu.capability_minor = properties.minor;
  return gpu;
}

}  // namespace zoo::tensorrt
