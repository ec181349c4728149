#include "core/app.hpp"

#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "core/contract.hpp"
#include "core/finding.hpp"
#include "core/latency.hpp"
#include "core/live_server.hpp"
#include "core/live_view.hpp"
#include "core/looking.hpp"
#include "core/power_meter.hpp"
#include "core/read_ahead.hpp"
#include "core/self_test.hpp"
#include "core/standard_output.hpp"
#include "core/stop.hpp"
#include "core/summary.hpp"
#include "core/watch.hpp"
#include "core/writer.hpp"

namespace zoo {

namespace {

// The exit status of a run that skipped files, which could not be read.
constexpr int kSomeSkipped = 4;

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

// Keeps the last picture on the screen, or in browsers, until the user has seen it.
void keep_open(std::optional<LiveView>& view, const std::optional<LiveServer>& server) {
  while (!is_stopped() && (view ? view->is_open() : server.has_value())) {
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
  std::optional<LiveServer> server;
  if (options.live) server.emplace(*options.live);
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
    if (server) server->show(*photo, std::move(findings), events);
  }
  const std::vector<ObjectEvent> ended = watch.end();
  writer.write(ended);
  if (server) server->tell(ended);
  summary.skipped = source.skipped();
  summary.seconds = whole.elapsed_ms() / 1000;
  if (power) summary.power = power->mean();
  if (tells_heat) summary.heat = read_heat(options.heat_place);
  keep_open(view, server);
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
