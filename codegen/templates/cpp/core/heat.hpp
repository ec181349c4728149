// The temperature of the board's processor, and whether it is throttled.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace zoo {

// slowed: reasons for throttling now and since power-on; absent if the
// board does not report them.
struct Heat {
  double celsius = 0;
  std::optional<std::vector<std::string>> slowed;
  std::optional<std::vector<std::string>> slowed_since_boot;
};

// Reads the kernel's thermometer, and the firmware of a Raspberry Pi. place: "board", or a
// directory that holds its /sys. Throws Error if there is no thermometer.
Heat read_heat(const std::string& place);

// As members of a JSON object, and as readable text.
std::string json_members(const Heat& heat);
std::string to_text(const Heat& heat);

}  // namespace zoo
