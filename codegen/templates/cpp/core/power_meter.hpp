// Electric power of the board while the program works.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace zoo {

// Reads a sensor from its making on, in a thread of its own.
class PowerMeter {
 public:
  // sensor: a file that holds microwatts, as the kernel's hwmon drivers give them (power1_input),
  // or "board" for the first such sensor of a monitoring chip. Throws Error.
  explicit PowerMeter(const std::string& sensor);
  ~PowerMeter();
  PowerMeter(const PowerMeter&) = delete;
  PowerMeter& operator=(const PowerMeter&) = delete;

  const std::string& sensor() const { return sensor_; }

  // Mean of what was read so far.
  double watts() const;

 private:
  void measure();

  std::string sensor_;
  std::atomic<double> sum_watts_{0};
  std::atomic<int> readings_{0};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace zoo
