#include "core/nvml_sensor.hpp"

#include <dlfcn.h>

#include "steps/frame.hpp"

namespace zoo {

namespace {

constexpr char kNvml[] = "libnvidia-ml.so.1";

// Of nvml.h; functions and numbers never change their meaning.
struct NvmlDevice;
constexpr int kNvmlSuccess = 0;
constexpr int kNvmlClockOfCores = 1;  // NVML_CLOCK_SM

template <typename Function>
Function* symbol(void* library, const char* name) {
  void* address = dlsym(library, name);
  if (address == nullptr) {
    throw Error(std::string("--power gpu: ") + kNvml + " has no function " + name +
                "; the driver is too old");
  }
  return reinterpret_cast<Function*>(address);
}

// The library is never closed: it keeps threads.
void* open_library() {
  void* library = dlopen(kNvml, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(std::string("--power gpu: ") + dlerror() +
                "; it comes with NVIDIA's driver; a Jetson has none, there name board");
  }
  return library;
}

class NvmlSensor : public PowerSensor {
 public:
  NvmlSensor();
  PowerReading read() const override;

 private:
  void require(int status, const char* function) const;

  void* library_;
  const char* (*tell_)(int);
  int (*power_)(NvmlDevice*, unsigned*);
  int (*clock_)(NvmlDevice*, int, unsigned*);
  NvmlDevice* device_ = nullptr;
};

NvmlSensor::NvmlSensor()
    : library_(open_library()),
      tell_(symbol<const char*(int)>(library_, "nvmlErrorString")),
      power_(symbol<int(NvmlDevice*, unsigned*)>(library_, "nvmlDeviceGetPowerUsage")),
      clock_(symbol<int(NvmlDevice*, int, unsigned*)>(library_, "nvmlDeviceGetClockInfo")) {
  require(symbol<int()>(library_, "nvmlInit_v2")(), "nvmlInit_v2");
  const auto find = symbol<int(unsigned, NvmlDevice**)>(library_, "nvmlDeviceGetHandleByIndex_v2");
  require(find(0, &device_), "nvmlDeviceGetHandleByIndex_v2");
}

void NvmlSensor::require(int status, const char* function) const {
  if (status == kNvmlSuccess) return;
  throw Error(std::string("--power gpu: ") + function + ": " + tell_(status) +
              "; leave --power out");
}

PowerReading NvmlSensor::read() const {
  unsigned milliwatts = 0;
  require(power_(device_, &milliwatts), "nvmlDeviceGetPowerUsage");
  PowerReading reading;
  reading.watts = milliwatts / 1e3;
  unsigned megahertz = 0;
  if (clock_(device_, kNvmlClockOfCores, &megahertz) == kNvmlSuccess) reading.gpu_mhz = megahertz;
  return reading;
}

}  // namespace

std::unique_ptr<PowerSensor> open_nvml_sensor() { return std::make_unique<NvmlSensor>(); }

}  // namespace zoo
