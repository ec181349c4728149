#include "core/app.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <thread>

#include "core/contract.hpp"
#include "core/finding.hpp"
#include "core/latency.hpp"
#include "core/live_view.hpp"
#include "core/power_meter.hpp"
#include "core/read_ahead.hpp"
#include "core/record.hpp"
#include "core/self_test.hpp"
#include "core/standard_output.hpp"
#include "core/stop.hpp"
#include "core/watch.hpp"
#include "core/writer.hpp"

namespace zoo {

namespace {

// The exit status of a run that skipped files, which could not be read.
constexpr int kSomeSkipped = 4;

// A followed object whose box overlaps that of its landmarks less may be lost: look again. Nine of
// ten windows without an object are found so, at no cost.
constexpr double kSteady = 0.877;

// Within so many looks, PFLD's landmarks stay for nearly all faces whose box is up to a tenth off,
// and for nearly no window without a face (docs/chains.md).
constexpr int kLooksInDoubt = 4;

// The mean distance of two results' landmarks, in the longer side of the second's box.
double distance(const Tensor& before, const Tensor& now) {
  double sum = 0;
  for (std::size_t i = 0; i < now.data.size(); i += 2) {
    sum += std::hypot(now.data[i] - before.data[i], now.data[i + 1] - before.data[i + 1]);
  }
  const Box box = span(now);
  return 2 * sum / static_cast<double>(now.data.size()) / std::max(box.width, box.height);
}

// Looks again in a box, and adds the times of the look before.
Finding look_again(const Network& network, const Photo& photo, const Box& box,
                   const Finding& before) {
  Finding finding = look(network, photo, box);
  finding.latency_ms += before.latency_ms;
  finding.steps_ms += before.steps_ms;
  finding.inference_ms += before.inference_ms;
  if (finding.runtime_ms) *finding.runtime_ms += *before.runtime_ms;
  if (finding.device_ms) *finding.device_ms += *before.device_ms;
  finding.moved = distance(*rows_of(before, "landmarks", 2), *rows_of(finding, "landmarks", 2));
  return finding;
}

// Looks at a place. Looks once more where the landmarks are if a new place asks for it, and until
// the landmarks stay if a followed one is in doubt.
Finding look_at(const Network& network, const Photo& photo, const Place& place) {
  Finding finding = look(network, photo, place.box);
  int looks = place.passes;
  for (int i = 1; i <= looks; ++i) {
    const Tensor* landmarks = rows_of(finding, "landmarks", 2);
    if (landmarks == nullptr || landmarks->data.empty()) break;
    const Box found = span(*landmarks);
    if (place.is_followed && i == 1 && (looks > 1 || overlap(place.box, found) < kSteady)) {
      looks = kLooksInDoubt;
    }
    const bool stays = place.is_followed && finding.moved.value_or(1) <= kLargestMove;
    if (i == looks || stays || !is_box(found)) break;
    finding = look_again(network, photo, found, finding);
  }
  finding.score = place.score;
  finding.id = place.id;
  const Tensor* landmarks = rows_of(finding, "landmarks", 2);
  const bool are_there =
      landmarks != nullptr && !landmarks->data.empty() && is_box(span(*landmarks));
  const bool are_restless = finding.moved.value_or(0) > kLargestMove;
  finding.is_in_doubt = place.is_followed && (!are_there || are_restless);
  return finding;
}

std::vector<Finding> without_doubt(std::vector<Finding> findings) {
  const auto is_in_doubt = [](const Finding& finding) { return finding.is_in_doubt; };
  findings.erase(std::remove_if(findings.begin(), findings.end(), is_in_doubt), findings.end());
  return findings;
}

std::vector<Finding> look_at_all(const Network& network, const Photo& photo, BoxFinder& finder,
                                 Summary& summary) {
  const Stopwatch placing;
  const std::vector<Place> places = finder.find(photo);
  const std::optional<double> detector_ms = finder.detector_ms();
  summary.tracking_ms += placing.elapsed_ms() - detector_ms.value_or(0);
  if (detector_ms) summary.detector_ms.add(*detector_ms);
  std::vector<Finding> findings;
  for (const Place& place : places) {
    findings.push_back(look_at(network, photo, place));
    summary.add(findings.back());
  }
  ++summary.frames;
  return findings;
}

// Keeps the last picture on the screen until the user has seen it.
void keep_open(LiveView& view) {
  while (!is_stopped() && view.is_open()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Summary look_at_source(const Network& network, const Options& options) {
  const std::unique_ptr<BoxFinder> finder = make_box_finder(options.boxes);
  ReadAhead source(open_source(options.source, options.camera_timeout_s), options.photos);
  Writer writer(options.raw_outputs, options.overlay_directory, !options.summary_as_json);
  Watch watch(options.watch);
  std::optional<LiveView> view;
  if (options.window) view.emplace(network.contract.model);
  std::optional<PowerMeter> power;
  if (!options.power_sensor.empty()) power.emplace(options.power_sensor);
  const bool tells_heat = !options.heat_place.empty();
  if (tells_heat) read_heat(options.heat_place);  // fails before the work, not after it
  Summary summary;
  summary.model = network.contract.model;
  const Stopwatch whole;
  while (!is_stopped()) {
    std::optional<Photo> photo = source.next();
    if (!photo) break;
    if (!photo->time_s && options.frame_rate_hz) {
      photo->time_s = photo->frame / *options.frame_rate_hz;
    }
    std::vector<Finding> findings;
    for (int i = 0; i < options.repeat; ++i) {
      findings = look_at_all(network, *photo, *finder, summary);
    }
    const Stopwatch following;
    finder->follow(*photo, findings);
    summary.tracking_ms += following.elapsed_ms();
    std::vector<ObjectEvent> events;
    if (options.watch.needs_times()) events = watch.observe(*photo->time_s, findings);
    findings = without_doubt(std::move(findings));
    writer.write(*photo, findings);
    writer.write(events);
    if (view) view->show(*photo, findings);
    if (view && !view->is_open()) stop();
  }
  writer.write(watch.end());
  summary.skipped = source.skipped();
  summary.seconds = whole.elapsed_ms() / 1000;
  if (power) summary.power = power->mean();
  if (tells_heat) summary.heat = read_heat(options.heat_place);
  if (view) keep_open(*view);
  return summary;
}

}  // namespace

int run(const Options& options) {
  const Network network = options.detector_only
                              ? load_network(options.boxes.detector, kDetector->contract)
                              : load_network(options.backend, kContract);
  if (options.only_loads) {
    if (kDetector) load_network(options.boxes.detector, kDetector->contract);
    return 0;
  }
  if (!options.self_test.empty()) return self_test(network, options.self_test) ? 0 : 1;
  stop_on_signals();
  const Summary summary = look_at_source(network, options);
  if (options.summary_as_json) {
    print(summary.to_json() + "\n");
  } else {
    std::fprintf(stderr, "%s\n", summary.to_text().c_str());
  }
  return summary.skipped > 0 && !is_camera(options.source) ? kSomeSkipped : 0;
}

}  // namespace zoo
