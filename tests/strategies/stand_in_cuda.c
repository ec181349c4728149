/* A stand-in for NVIDIA's libcuda.so.1, whose GPU is this machine's memory. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_OF_MEMORY = 2, INVALID_CONTEXT = 201, NOT_INITIALIZED = 3 };

static int initialized, context, current, buffers;

int cuInit(unsigned flags) {
  initialized = flags == 0;
  return 0;
}

int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return initialized ? 0 : NOT_INITIALIZED;
}

int cuDevicePrimaryCtxRetain(void** out, int device) {
  *out = device == 0 ? &context : NULL;
  return 0;
}

int cuCtxSetCurrent(void* wanted) {
  current = wanted == &context;
  return current ? 0 : INVALID_CONTEXT;
}

int cuCtxSynchronize(void) { return current ? 0 : INVALID_CONTEXT; }

int cuMemAlloc_v2(uint64_t* address, size_t size) {
  void* memory = size < (1u << 30) && current ? malloc(size) : NULL;
  *address = (uint64_t)(uintptr_t)memory;
  buffers += memory != NULL;
  return memory ? 0 : OUT_OF_MEMORY;
}

int cuMemFree_v2(uint64_t address) {
  free((void*)(uintptr_t)address);
  --buffers;
  return 0;
}

int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t size) {
  memcpy((void*)(uintptr_t)to, from, size);
  return 0;
}

int cuMemcpyDtoH_v2(void* to, uint64_t from, size_t size) {
  memcpy(to, (const void*)(uintptr_t)from, size);
  return 0;
}

/* For tests: how many buffers there are. */
int stand_in_buffers(void) { return buffers; }
