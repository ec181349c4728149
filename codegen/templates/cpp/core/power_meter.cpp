#include "core/power_meter.hpp"

#include <chrono>

#include "steps/frame.hpp"

namespace zoo {

namespace {

constexpr auto kPeriod = std::chrono::milliseconds(20);

}  // namespace

PowerMeter::PowerMeter(const std::string& sensor) : sensor_(open_power_sensor(sensor)) {
  add(sensor_->read());
  thread_ = std::thread(&PowerMeter::measure, this);
}

PowerMeter::~PowerMeter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  thread_.join();
}

void PowerMeter::measure() {
  while (true) {
    std::this_thread::sleep_for(kPeriod);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return;
    try {
      add(sensor_->read());
    } catch (const Error&) {
      // Failed readings are ignored.
    }
  }
}

void PowerMeter::add(const PowerReading& reading) {
  sum_.watts += reading.watts;
  if (reading.gpu_mhz) sum_.gpu_mhz = sum_.gpu_mhz.value_or(0) + *reading.gpu_mhz;
  ++readings_;
}

PowerReading PowerMeter::mean() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  PowerReading mean = sum_;
  mean.watts /= readings_;
  if (mean.gpu_mhz) *mean.gpu_mhz /= readings_;
  return mean;
}

}  // namespace zoo
