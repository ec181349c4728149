#include "core/record.hpp"

#include <cstdio>
#include <vector>

#include "core/contract.hpp"
#include "core/json_value.hpp"
#include "core/photo.hpp"

namespace zoo {

namespace {

// number: of the box within its photo; a signal is looked at as a whole.
std::string head(const Photo& photo, int number) {
  const std::string kind = kContract.has_landmarks ? "face" : "region";
  return "{\"source\": " + quoted(photo.source) + ", \"frame\": " + std::to_string(photo.frame) +
         (photo.time_s ? ", \"time_s\": " + to_json(*photo.time_s) : "") +
         (takes_signals() ? "" : ", " + quoted(kind) + ": " + std::to_string(number));
}

std::string list_json(const std::vector<std::string>& texts) {
  return to_json(Texts{{static_cast<std::int64_t>(texts.size())}, texts});
}

}  // namespace

std::string record(const Photo& photo, int number, const Finding& finding) {
  const Box& box = finding.box;
  std::string text = head(photo, number) + ", \"box\": [" + to_json(box.x) + ", " + to_json(box.y) +
                     ", " + to_json(box.width) + ", " + to_json(box.height) + "]";
  if (finding.id) text += ", \"id\": " + std::to_string(*finding.id);
  if (finding.score) text += ", \"detection_score\": " + to_json(*finding.score);
  for (const auto& [name, value] : finding.values)
    text += ", " + quoted(name) + ": " + to_json(value);
  if (finding.states) text += ", \"states\": " + list_json(*finding.states);
  return text + ", \"latency_ms\": " + to_json(finding.latency_ms) +
         ", \"inference_ms\": " + to_json(finding.inference_ms) +
         (finding.device_ms ? ", \"device_ms\": " + to_json(*finding.device_ms) : "") + "}";
}

std::string event_record(const ObjectEvent& event) {
  const auto& [name, begin_s, end_s, confidence] = event.event;
  return "{\"event\": " + quoted(name) + ", \"id\": " + std::to_string(event.id) +
         ", \"begin_s\": " + to_json(begin_s) + ", \"end_s\": " + to_json(end_s) +
         ", \"confidence\": " + to_json(confidence) + "}";
}

std::string event_text(const ObjectEvent& event) {
  const auto& [name, begin_s, end_s, confidence] = event.event;
  char text[120];
  std::snprintf(text, sizeof text, " of %d from %.2f s to %.2f s, confidence %.2f", event.id,
                begin_s, end_s, confidence);
  return name + text;
}

std::string raw_record(const Photo& photo, int number, const Finding& finding) {
  std::string text = head(photo, number) + ", \"outputs\": {";
  for (std::size_t i = 0; i < finding.outputs.size(); ++i) {
    const TensorSpec& output = finding.contract->outputs[i];
    const Tensor tensor{output.shape, {finding.outputs[i].begin(), finding.outputs[i].end()}};
    text += (i > 0 ? ", " : "") + quoted(output.name) + ": " + to_json(tensor);
  }
  return text + "}}";
}

}  // namespace zoo
