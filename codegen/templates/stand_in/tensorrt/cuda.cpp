// Stand-in for CUDA's runtime. STAND_IN_CUDA: 'no driver', 'no GPU', or the compute capability of
// the GPU that it pretends to have, such as '8.6'.
#include <cuda_runtime_api.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

struct CUevent_st {
  std::chrono::steady_clock::time_point at;
};

namespace {

std::string pretended() {
  const char* wanted = std::getenv("STAND_IN_CUDA");
  return wanted == nullptr ? "8.9" : wanted;
}

cudaError_t allocate(void** memory, std::size_t size) {
  *memory = std::malloc(size);
  return *memory == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}

cudaError_t release(void* memory) {
  std::free(memory);
  return cudaSuccess;
}

}  // namespace

char const* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorMemoryAllocation ? "out of memory" : "no error that is known";
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  if (pretended() == "no driver") return cudaErrorInsufficientDriver;
  return pretended() == "no GPU" ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int /*device*/) {
  std::snprintf(properties->name, sizeof properties->name, "stand-in GPU");
  std::sscanf(pretended().c_str(), "%d.%d", &properties->major, &properties->minor);
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t size) { return allocate(memory, size); }
cudaError_t cudaFree(void* memory) { return release(memory); }
cudaError_t cudaMallocHost(void** memory, std::size_t size) { return allocate(memory, size); }
cudaError_t cudaFreeHost(void* memory) { return release(memory); }

cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t size, cudaMemcpyKind /*kind*/,
                            cudaStream_t /*stream*/) {
  std::memcpy(to, from, size);
  return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  *stream = nullptr;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t /*stream*/) { return cudaSuccess; }

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new CUevent_st;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t /*stream*/) {
  event->at = std::chrono::steady_clock::now();
  return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t /*event*/) { return cudaSuccess; }

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  *milliseconds = std::chrono::duration<float, std::milli>(end->at - start->at).count();
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
