#include "core/power_sensor.hpp"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "core/files.hpp"
#include "core/nvml_sensor.hpp"
#include "steps/frame.hpp"

namespace zoo {

namespace {

// The number in a file, if it holds one.
std::optional<double> number_in(const std::string& file) {
  std::ifstream stream(file);
  double number = 0;
  if (!(stream >> number)) return std::nullopt;
  return number;
}

std::string word_in(const std::string& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

double require_number(const std::string& file) {
  const std::optional<double> number = number_in(file);
  if (!number) {
    throw Error("--power: " + file +
                ": holds no number; name a file that holds microwatts, such as a power1_input of "
                "/sys/class/hwmon");
  }
  return *number;
}

// One supply of a board: the product of its files, in watts.
struct Rail {
  std::string name;
  std::vector<std::string> files;
  double unit;

  double watts() const {
    double product = unit;
    for (const std::string& file : files) product *= require_number(file);
    return product;
  }
};

class Rails : public PowerSensor {
 public:
  Rails(std::vector<Rail> rails, std::string clock)
      : rails_(std::move(rails)), clock_(std::move(clock)) {}

  PowerReading read() const override {
    PowerReading reading;
    for (const Rail& rail : rails_) reading.watts += rail.watts();
    const std::optional<double> hertz = clock_.empty() ? std::nullopt : number_in(clock_);
    if (hertz) reading.gpu_mhz = *hertz / 1e6;
    return reading;
  }

 private:
  std::vector<Rail> rails_;
  std::string clock_;
};

// Paths in a directory, none if it does not exist.
std::vector<std::string> paths_in(const std::string& directory) {
  std::vector<std::string> paths;
  if (!is_directory(directory)) return paths;
  for (const std::string& name : list_directory(directory)) {
    if (name != "." && name != "..") paths.push_back(directory + "/" + name);
  }
  return paths;
}

constexpr char kChannels[] = {'0', '1', '2', '3'};

void add_hwmon_rails(const std::string& monitor, std::vector<Rail>& rails) {
  if (word_in(monitor + "/name") != "ina3221") return;
  for (char channel : kChannels) {
    const std::string volts = monitor + "/in" + channel + "_input";
    const std::string amperes = monitor + "/curr" + channel + "_input";
    if (!is_file(volts) || !is_file(amperes)) continue;
    rails.push_back({word_in(monitor + "/in" + channel + "_label"), {volts, amperes}, 1e-6});
  }
}

void add_iio_rails(const std::string& device, std::vector<Rail>& rails) {
  for (char channel : kChannels) {
    const std::string power = device + "/in_power" + channel + "_input";
    if (!is_file(power)) continue;
    rails.push_back({word_in(device + "/rail_name_" + channel), {power}, 1e-3});
  }
}

std::vector<Rail> jetson_rails(const std::string& root) {
  std::vector<Rail> rails;
  for (const std::string& monitor : paths_in(root + "/sys/class/hwmon")) {
    add_hwmon_rails(monitor, rails);
  }
  for (const std::string& chip : paths_in(root + "/sys/bus/i2c/drivers/ina3221x")) {
    for (const std::string& device : paths_in(chip)) add_iio_rails(device, rails);
  }
  // VDD_IN or POM_5V_IN is the board's total; without one its rails add up to it.
  const auto is_input = [](const Rail& rail) {
    return rail.name.size() > 3 && rail.name.compare(rail.name.size() - 3, 3, "_IN") == 0;
  };
  const auto input = std::find_if(rails.begin(), rails.end(), is_input);
  if (input != rails.end()) return {*input};
  return rails;
}

// The file with a Jetson GPU's clock in hertz, '' on other boards.
std::string jetson_clock(const std::string& root) {
  for (const std::string& device : paths_in(root + "/sys/class/devfreq")) {
    for (const char* name : {"gpu", "gp10b", "gv11b", "ga10b"}) {
      if (lower_suffix(device) == name) return device + "/cur_freq";
    }
  }
  return "";
}

std::unique_ptr<PowerSensor> board_sensor(const std::string& name, const std::string& root) {
  std::vector<Rail> rails;
  for (const std::string& monitor : paths_in(root + "/sys/class/hwmon")) {
    const std::string power = monitor + "/power1_input";
    if (rails.empty() && is_file(power)) rails = {{"", {power}, 1e-6}};
  }
  if (rails.empty()) rails = jetson_rails(root);
  if (rails.empty()) {
    throw Error("--power " + name + ": no monitor in " + root + "/sys/class/hwmon or " + root +
                "/sys/bus/i2c/drivers/ina3221x measures power; name a file that holds microwatts, "
                "gpu for an NVIDIA GPU, or leave --power out");
  }
  return std::make_unique<Rails>(rails, jetson_clock(root));
}

}  // namespace

std::unique_ptr<PowerSensor> open_power_sensor(const std::string& name) {
  if (name == "gpu") return open_nvml_sensor();
  if (name == "board") return board_sensor(name, "");
  if (is_directory(name)) return board_sensor(name, name);
  return std::make_unique<Rails>(std::vector<Rail>{{"", {name}, 1e-6}}, "");
}

}  // namespace zoo
