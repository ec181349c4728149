// How hot the board's processor is, and what slows it down for that.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace zoo {

// slowed: reasons why it is slowed down now, and was since it was switched on; absent where the
// board does not tell.
struct Heat {
  double celsius = 0;
  std::optional<std::vector<std::string>> slowed;
  std::optional<std::vector<std::string>> slowed_since_boot;
};

// Reads the kernel's thermometer, and the firmware of a Raspberry Pi. place: "board", or a
// directory that holds its /sys. Throws Error where there is no thermometer.
Heat read_heat(const std::string& place);

// Members of a JSON object, and words for people.
std::string json_members(const Heat& heat);
std::string to_text(const Heat& heat);

}  // namespace zoo
