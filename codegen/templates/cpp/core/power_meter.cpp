#include "core/power_meter.hpp"

#include <chrono>
#include <fstream>

#include "core/files.hpp"
#include "steps/frame.hpp"

namespace zoo {

namespace {

constexpr auto kPeriod = std::chrono::milliseconds(20);
const std::string kMonitors = "/sys/class/hwmon";

double read_watts(const std::string& sensor) {
  std::ifstream file(sensor);
  double microwatts = 0;
  if (!(file >> microwatts)) {
    throw Error("--power: " + sensor + ": holds no number of microwatts; name a power1_input of " +
                kMonitors);
  }
  return microwatts / 1e6;
}

// Such as that of the ina260 on a Kria module.
std::string board_sensor() {
  if (is_directory(kMonitors)) {
    for (const std::string& monitor : list_directory(kMonitors)) {
      const std::string sensor = kMonitors + "/" + monitor + "/power1_input";
      if (is_file(sensor)) return sensor;
    }
  }
  throw Error("--power board: no monitor in " + kMonitors +
              " measures power; name a file that holds microwatts, or leave --power out");
}

}  // namespace

PowerMeter::PowerMeter(const std::string& sensor)
    : sensor_(sensor == "board" ? board_sensor() : sensor) {
  sum_watts_ = read_watts(sensor_);
  readings_ = 1;
  thread_ = std::thread(&PowerMeter::measure, this);
}

PowerMeter::~PowerMeter() {
  stopped_ = true;
  thread_.join();
}

void PowerMeter::measure() {
  while (!stopped_) {
    std::this_thread::sleep_for(kPeriod);
    try {
      sum_watts_ = sum_watts_ + read_watts(sensor_);  // no other thread writes it
      ++readings_;
    } catch (const Error&) {
      // A reading that fails is none.
    }
  }
}

double PowerMeter::watts() const { return sum_watts_ / readings_; }

}  // namespace zoo
