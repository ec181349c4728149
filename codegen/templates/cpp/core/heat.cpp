#include "core/heat.hpp"

#include <cstdio>
#include <fstream>

#include "core/files.hpp"
#include "core/json.hpp"
#include "steps/frame.hpp"

namespace zoo {

namespace {

const std::string kThermometer = "/sys/class/thermal/thermal_zone0/temp";  // in 1/1000 degree
// From Raspberry Pi's kernel; hexadecimal, as `vcgencmd get_throttled` prints.
const std::string kFirmware = "/sys/devices/platform/soc/soc:firmware/get_throttled";

// By bit; 16 bits higher: since the board was switched on.
// https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
constexpr const char* kReasons[] = {"under-voltage", "frequency capped", "throttled",
                                    "soft temperature limit"};
constexpr unsigned kSinceBoot = 16;

double read_celsius(const std::string& file) {
  std::ifstream stream(file);
  double thousandths = 0;
  if (!(stream >> thousandths)) {
    throw Error("--heat: " + file +
                ": holds no temperature; name board on a board with a thermometer, or leave "
                "--heat out");
  }
  return thousandths / 1000;
}

std::optional<unsigned> parse_bits(const std::string& text) {
  unsigned bits = 0;
  if (std::sscanf(text.c_str(), "throttled=%x", &bits) == 1) return bits;
  if (std::sscanf(text.c_str(), "%x", &bits) == 1) return bits;
  return std::nullopt;
}

// The output of the firmware's program, if it is installed.
std::string ask_firmware() {
  std::FILE* answer = popen("vcgencmd get_throttled 2>/dev/null", "r");
  if (answer == nullptr) return "";
  char text[64] = "";
  const bool told = std::fgets(text, sizeof text, answer) != nullptr;
  pclose(answer);
  return told ? text : "";
}

std::vector<std::string> reasons(unsigned bits) {
  std::vector<std::string> found;
  unsigned bit = 1;
  for (const char* reason : kReasons) {
    if ((bits & bit) != 0) found.emplace_back(reason);
    bit <<= 1;
  }
  return found;
}

std::string list_json(const std::optional<std::vector<std::string>>& list) {
  if (!list) return "null";
  std::string text;
  for (const std::string& item : *list) text += (text.empty() ? "" : ", ") + quoted(item);
  return "[" + text + "]";
}

}  // namespace

Heat read_heat(const std::string& place) {
  const bool here = place == "board";
  const std::string root = here ? "" : place;
  Heat heat;
  heat.celsius = read_celsius(root + kThermometer);
  const bool told = is_file(root + kFirmware);
  const std::string text = told ? read_file(root + kFirmware) : here ? ask_firmware() : "";
  if (const std::optional<unsigned> bits = parse_bits(text)) {
    heat.slowed = reasons(*bits);
    heat.slowed_since_boot = reasons(*bits >> kSinceBoot);
  }
  return heat;
}

std::string json_members(const Heat& heat) {
  return "\"celsius\": " + to_json(heat.celsius) + ", \"slowed\": " + list_json(heat.slowed) +
         ", \"slowed_since_boot\": " + list_json(heat.slowed_since_boot);
}

std::string to_text(const Heat& heat) {
  char degrees[40];
  std::snprintf(degrees, sizeof degrees, "%.1f degrees Celsius", heat.celsius);
  if (!heat.slowed) return degrees;
  if (heat.slowed->empty()) return std::string(degrees) + ", not slowed down";
  std::string text = std::string(degrees) + ", slowed down:";
  for (const std::string& reason : *heat.slowed) text += " " + reason + ",";
  text.pop_back();
  return text;
}

}  // namespace zoo
