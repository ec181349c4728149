#include "core/summary.hpp"

#include <cstdio>
#include <utility>
#include <vector>

#include "core/contract.hpp"
#include "core/json.hpp"
#include "core/photo.hpp"

namespace zoo {

namespace {

std::string percentiles(const Times& times) {
  return "{\"min\": " + to_json(times.percentile_ms(0)) +
         ", \"p50\": " + to_json(times.percentile_ms(50)) +
         ", \"p95\": " + to_json(times.percentile_ms(95)) + "}";
}

// A member of that name, nothing where nothing was measured.
std::string percentiles_json(const std::string& name, const Times& times) {
  return times.empty() ? "" : ", " + quoted(name) + ": " + percentiles(times);
}

std::string percentiles_text(const std::string& of, const Times& times) {
  if (times.empty()) return "";
  char text[80];
  if (times.count() == 1)
    std::snprintf(text, sizeof text, ": %.3f ms", times.sum_ms());
  else
    std::snprintf(text, sizeof text, ": median %.3f ms, p95 %.3f ms", times.percentile_ms(50),
                  times.percentile_ms(95));
  return "; " + of + text;
}

using Parts = std::vector<std::pair<std::string, double>>;

// Mean milliseconds of a photo by part, which add up to its time; none without a detector. The rest
// is reading, waiting for a camera, writing and drawing.
Parts parts_of(const Summary& summary) {
  if (summary.detector_ms.empty() || summary.frames == 0) return {};
  const double detector = summary.detector_ms.sum_ms();
  const double network = summary.latency_ms.sum_ms();
  const double rest = 1000 * summary.seconds - detector - summary.tracking_ms - network;
  Parts parts{{"detector", detector},
              {"tracking", summary.tracking_ms},
              {"network", network},
              {"rest", rest}};
  for (auto& [name, time_ms] : parts) time_ms /= summary.frames;
  return parts;
}

std::string parts_json(const Summary& summary) {
  std::string text;
  for (const auto& [name, time_ms] : parts_of(summary)) {
    text += (text.empty() ? "" : ", ") + quoted(name) + ": " + to_json(time_ms);
  }
  return text.empty() ? "" : ", \"parts_ms\": {" + text + "}";
}

std::string parts_text(const Summary& summary) {
  std::string text;
  for (const auto& [name, time_ms] : parts_of(summary)) {
    char number[40];
    std::snprintf(number, sizeof number, " %.3f ms", time_ms);
    text += (text.empty() ? "; of a photo: " : ", ") + name + number;
  }
  return text;
}

double frames_per_second(const Summary& summary) {
  return summary.seconds > 0 ? summary.frames / summary.seconds : 0;
}

// Frames per second and watt are frames per joule.
double frames_per_joule(const Summary& summary) {
  return frames_per_second(summary) / summary.power->watts;
}

std::string power_json(const Summary& summary) {
  if (!summary.power) return "";
  const std::optional<double>& gpu_mhz = summary.power->gpu_mhz;
  return ", \"watts\": " + to_json(summary.power->watts) +
         ", \"frames_per_joule\": " + to_json(frames_per_joule(summary)) +
         (gpu_mhz ? ", \"gpu_mhz\": " + to_json(*gpu_mhz) : "");
}

std::string power_text(const Summary& summary) {
  if (!summary.power) return "";
  char text[120];
  std::snprintf(text, sizeof text, "; %.2f W, %.1f frames/s per watt", summary.power->watts,
                frames_per_joule(summary));
  if (!summary.power->gpu_mhz) return text;
  char clock[40];
  std::snprintf(clock, sizeof clock, ", GPU at %.0f MHz", *summary.power->gpu_mhz);
  return std::string(text) + clock;
}

// What was looked at or found, one and several of it. Without landmarks and boxes, that is the
// picture, or the part of it in a box.
std::pair<std::string, std::string> units_of(const Summary& summary) {
  if (takes_signals()) return {"signal", "signals"};
  if (kContract.has_landmarks) return {"face", "faces"};
  if (summary.finds_boxes) return {"box", "boxes"};
  return {"picture", "pictures"};
}

// "1 face", "2 faces".
std::string counted(std::size_t count, const std::string& unit, const std::string& units) {
  return std::to_string(count) + " " + (count == 1 ? unit : units);
}

// ", 2 looks", how often the network ran for a region on average; nothing for once.
std::string looks_text(const Summary& summary) {
  if (summary.looks == summary.regions) return "";
  char text[40];
  std::snprintf(text, sizeof text, ", %.3g looks",
                static_cast<double>(summary.looks) / static_cast<double>(summary.regions));
  return text;
}

std::string heat_json(const Summary& summary) {
  return summary.heat ? ", " + json_members(*summary.heat) : "";
}

std::string heat_text(const Summary& summary) {
  return summary.heat ? "; " + to_text(*summary.heat) : "";
}

}  // namespace

void Summary::add(const Finding& finding) {
  const Tensor* boxes = rows_of(finding, "boxes", 4);
  finds_boxes = boxes != nullptr;
  faces += finds_boxes ? boxes->data.size() / 4 : 1;
  ++regions;
  looks += static_cast<std::size_t>(finding.looks);
  latency_ms.add(finding.latency_ms);
  steps_ms.add(finding.steps_ms);
  inference_ms.add(finding.inference_ms);
  if (finding.runtime_ms) runtime_ms.add(*finding.runtime_ms);
  if (finding.device_ms) device_ms.add(*finding.device_ms);
}

std::string Summary::to_json() const {
  return "{\"summary\": {\"model\": " + quoted(model) + ", \"frames\": " + std::to_string(frames) +
         (skipped > 0 ? ", \"skipped\": " + std::to_string(skipped) : "") +
         ", \"faces\": " + std::to_string(faces) + ", \"looks\": " + std::to_string(looks) +
         ", \"seconds\": " + zoo::to_json(seconds) +
         ", \"frames_per_second\": " + zoo::to_json(frames_per_second(*this)) + power_json(*this) +
         heat_json(*this) + percentiles_json("latency_ms", latency_ms) +
         percentiles_json("steps_ms", steps_ms) + percentiles_json("inference_ms", inference_ms) +
         percentiles_json("runtime_ms", runtime_ms) + percentiles_json("device_ms", device_ms) +
         percentiles_json("detector_ms", detector_ms) + parts_json(*this) + "}}";
}

std::string Summary::to_text() const {
  char speed[64];
  const auto [unit, units] = units_of(*this);
  std::snprintf(speed, sizeof speed, " in %.3f s, %.1f frames/s", seconds,
                frames_per_second(*this));
  const std::string left_out = skipped > 0 ? ", " + std::to_string(skipped) + " skipped" : "";
  return model + ": " + counted(static_cast<std::size_t>(frames), "frame", "frames") + ", " +
         counted(faces, unit, units) + speed + left_out +
         percentiles_text(finds_boxes ? "a photo" : "a " + unit, latency_ms) +
         percentiles_text("network alone" + looks_text(*this), inference_ms) +
         percentiles_text("detector", detector_ms) + parts_text(*this) + power_text(*this) +
         heat_text(*this);
}

}  // namespace zoo
