// Electric power of the board while the program runs.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/power_sensor.hpp"

namespace zoo {

// Reads a sensor in its own thread, from construction on.
class PowerMeter {
 public:
  // sensor: as for open_power_sensor. Throws Error.
  explicit PowerMeter(const std::string& sensor);
  ~PowerMeter();
  PowerMeter(const PowerMeter&) = delete;
  PowerMeter& operator=(const PowerMeter&) = delete;

  // Means of the readings so far.
  PowerReading mean() const;

 private:
  void measure();
  void add(const PowerReading& reading);

  std::unique_ptr<PowerSensor> sensor_;
  mutable std::mutex mutex_;
  PowerReading sum_;
  int readings_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace zoo
