// Totals of a run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/finding.hpp"
#include "core/heat.hpp"
#include "core/latency.hpp"
#include "core/power_sensor.hpp"

namespace zoo {

// model: whose findings they are.  frames: photos times repetitions.  skipped:
// photos that could not be read.  faces: boxes looked at, those found if the network finds boxes.
// regions: parts of photos that the network looked at.  looks: how often it ran for them; times are
// of a region in all its looks.  power: means, if measured. heat: at the end, if requested.
// latency_ms: covers pre-processing, network and post-processing of a box. detector_ms: the same of
// a photo's detector, as often as it was asked. tracking_ms: the sum of what regions took besides.
struct Summary {
  std::string model;
  int frames = 0;
  int skipped = 0;
  std::size_t faces = 0;
  std::size_t regions = 0;
  std::size_t looks = 0;
  bool finds_boxes = false;
  double seconds = 0;
  std::optional<PowerReading> power;
  std::optional<Heat> heat;
  Times latency_ms;
  Times steps_ms;
  Times inference_ms;
  Times runtime_ms;
  Times device_ms;
  Times detector_ms;
  double tracking_ms = 0;

  void add(const Finding& finding);
  std::string to_json() const;
  std::string to_text() const;
};

}  // namespace zoo
