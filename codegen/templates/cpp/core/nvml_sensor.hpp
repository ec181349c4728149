// Power and clock of NVIDIA's GPU, from its driver's library NVML.
#pragma once

#include <memory>

#include "core/power_sensor.hpp"

namespace zoo {

// The first GPU; throws Error if the driver is missing or does not report them.
std::unique_ptr<PowerSensor> open_nvml_sensor();

}  // namespace zoo
