// The command line.
#pragma once

#include <optional>
#include <string>

#include "core/backend.hpp"
#include "core/box_finder.hpp"
#include "core/live_address.hpp"
#include "core/usage.hpp"
#include "core/watch.hpp"

namespace zoo {

struct Options {
  BackendOptions backend;
  BoxOptions boxes;
  WatchOptions watch;
  std::optional<double> frame_rate_hz;  // of photos whose source does not know their time
  std::string source;
  double camera_timeout_s = 30;  // how long it may deliver nothing
  std::string overlay_directory;
  std::string raw_outputs;
  std::string self_test;
  std::string power_sensor;
  std::string heat_place;
  int photos = -1;  // -1: all
  int repeat = 1;
  bool summary_as_json = false;
  bool window = false;
  std::optional<LiveAddress> live;
  std::string live_token;  // the file that holds it
  bool only_loads = false;
  bool detector_only = false;
  bool help = false;
};

// Reads the command line; throws UsageError.
Options parse_options(int count, const char* const* words);

std::string help_text(const char* program);

}  // namespace zoo
