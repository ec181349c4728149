// Sensors of electric power: of boards, from the kernel's files, and of NVIDIA's GPUs.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace zoo {

// gpu_mhz: clock of the GPU at that moment, if known.
struct PowerReading {
  double watts = 0;
  std::optional<double> gpu_mhz;
};

class PowerSensor {
 public:
  virtual ~PowerSensor() = default;

  // Throws Error.
  virtual PowerReading read() const = 0;
};

// name: 'board' for the first of
//   /sys/class/hwmon/*/power1_input                       microwatts, such as a Kria's ina260
//   /sys/class/hwmon/*/{in,curr}*_input of an ina3221     of a Jetson from JetPack 5 on
//   /sys/bus/i2c/drivers/ina3221x/*/iio:device*           of a Jetson with JetPack 4
// or a directory that holds such a /sys; 'gpu' for NVIDIA's GPU, from its driver; or a file that
// holds microwatts. Throws Error.
std::unique_ptr<PowerSensor> open_power_sensor(const std::string& name);

}  // namespace zoo
