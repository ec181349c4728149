// Signals from WAV files and raw PCM.
#pragma once

#include <string>

#include "steps/frame.hpp"

namespace zoo {

// What a contract takes. rate_hz: samples per second, 0 where it takes pictures.  channel: "only",
// "first" or "mean".
struct SignalSpec {
  int rate_hz = 0;
  std::string channel;
};

bool is_signal(const std::string& path);

// Reads a WAV file; throws Error.
Signal read_signal(const std::string& path, const SignalSpec& spec);

// Reads what a WAV file holds; throws Error without the file's name.
Signal parse_wave(const std::string& content, const SignalSpec& spec);

// Reads signed 16-bit numbers, little-endian, of one channel; throws Error.
Signal read_raw_signal(const std::string& path, const SignalSpec& spec);

}  // namespace zoo
