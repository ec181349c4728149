// The program's output: one JSON object per line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.hpp"
#include "core/heat.hpp"
#include "core/latency.hpp"
#include "core/power_sensor.hpp"
#include "core/watch.hpp"

namespace zoo {

// Source, frame, its time if it is known, the finding's number, box, its score by the detector, its
// id where it is tracked, every value by name, states where it is watched, latencies.
std::string record(const Photo& photo, int number, const Finding& finding);

// Event, id, begin and end in seconds, confidence.
std::string event_record(const ObjectEvent& event);

// "microsleep of 0 from 12.30 s to 14.10 s, confidence 0.93".
std::string event_text(const ObjectEvent& event);

// Source, frame, the finding's number and the network's own outputs with their shapes.
std::string raw_record(const Photo& photo, int number, const Finding& finding);

// Totals of a run. model: whose findings they are.  frames: photos times repetitions.  skipped:
// photos that could not be read.  faces: boxes looked at, those found if the network finds boxes.
// power: means, if measured. heat: at the end, if requested. latency_ms: covers pre-processing,
// network and post-processing of a box. detector_ms: the same of a photo's detector, as often as it
// was asked. tracking_ms: the sum of what regions took besides.
struct Summary {
  std::string model;
  int frames = 0;
  int skipped = 0;
  std::size_t faces = 0;
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
