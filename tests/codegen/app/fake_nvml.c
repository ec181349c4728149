/* Stands in for NVIDIA's libnvidia-ml.so.1. FAKE_NVML=silent: the GPU does not tell its power. */
#include <stdlib.h>

const char* nvmlErrorString(int status) {
  (void)status;
  return "Not Supported";
}

int nvmlInit_v2(void) { return 0; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = 0;
  return index == 0 ? 0 : 6;
}

int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  static unsigned readings = 0;
  (void)device;
  if (getenv("FAKE_NVML") != 0) return 3;
  *milliwatts = readings++ % 2 == 0 ? 60000 : 80000;
  return 0;
}

int nvmlDeviceGetClockInfo(void* device, int clock, unsigned* megahertz) {
  (void)device;
  *megahertz = 2460;
  return clock == 1 ? 0 : 2;
}
