#include "core/app.hpp"

#include <csignal>
#include <cstdio>

#include "core/contract.hpp"
#include "core/finding.hpp"
#include "core/latency.hpp"
#include "core/power_meter.hpp"
#include "core/read_ahead.hpp"
#include "core/record.hpp"
#include "core/self_test.hpp"
#include "core/tracker.hpp"
#include "core/writer.hpp"

namespace zoo {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) { interrupted = 1; }

// Where the object in a box was found: where its landmarks are.
std::vector<Box> places(const std::vector<Finding>& findings) {
  std::vector<Box> boxes;
  for (const Finding& finding : findings) {
    const Tensor* landmarks = rows_of(finding, "landmarks", 2);
    if (landmarks != nullptr && !landmarks->data.empty()) boxes.push_back(span(*landmarks));
  }
  return boxes;
}

// Looks at a place, and again where the landmarks are. Times are those of all passes.
Finding look_at(const Network& network, const Photo& photo, const Place& place) {
  Finding finding = look(network, photo, place.box);
  for (int pass = 1; pass < place.passes; ++pass) {
    const Tensor* landmarks = rows_of(finding, "landmarks", 2);
    if (landmarks == nullptr || landmarks->data.empty()) break;
    const Box again = span(*landmarks);
    if (!is_box(again)) break;
    const Finding before = std::move(finding);
    finding = look(network, photo, again);
    finding.latency_ms += before.latency_ms;
    finding.inference_ms += before.inference_ms;
    if (finding.device_ms) *finding.device_ms += *before.device_ms;
  }
  finding.score = place.score;
  return finding;
}

std::vector<Finding> look_at_all(const Network& network, const Photo& photo, BoxFinder& finder,
                                 Summary& summary) {
  std::vector<Finding> findings;
  for (const Place& place : finder.find(photo)) {
    findings.push_back(look_at(network, photo, place));
    summary.add(findings.back());
  }
  if (finder.detector_ms()) summary.detector_ms.push_back(*finder.detector_ms());
  ++summary.frames;
  return findings;
}

Summary look_at_source(const Network& network, const Options& options) {
  const std::unique_ptr<BoxFinder> finder = make_box_finder(options.boxes);
  ReadAhead source(open_source(options.source), options.photos);
  Writer writer(options.raw_outputs, options.overlay_directory);
  std::optional<PowerMeter> power;
  if (!options.power_sensor.empty()) power.emplace(options.power_sensor);
  const bool tells_heat = !options.heat_place.empty();
  if (tells_heat) read_heat(options.heat_place);  // fails before the work, not after it
  Summary summary;
  summary.model = network.contract.model;
  const Stopwatch whole;
  while (interrupted == 0) {
    const std::optional<Photo> photo = source.next();
    if (!photo) break;
    std::vector<Finding> findings;
    for (int i = 0; i < options.repeat; ++i) {
      findings = look_at_all(network, *photo, *finder, summary);
    }
    writer.write(*photo, findings);
    if (options.boxes.track) finder->follow(*photo, places(findings));
  }
  summary.seconds = whole.elapsed_ms() / 1000;
  if (power) summary.power = power->mean();
  if (tells_heat) summary.heat = read_heat(options.heat_place);
  return summary;
}

}  // namespace

int run(const Options& options) {
  const Network network = options.detector_only
                              ? load_network(options.boxes.detector, kDetector->contract)
                              : load_network(options.backend, kContract);
  if (options.only_loads) return 0;
  if (!options.self_test.empty()) return self_test(network, options.self_test) ? 0 : 1;
  std::signal(SIGINT, interrupt);
  const Summary summary = look_at_source(network, options);
  if (options.summary_as_json) {
    std::printf("%s\n", summary.to_json().c_str());
  } else {
    std::fprintf(stderr, "%s\n", summary.to_text().c_str());
  }
  return 0;
}

}  // namespace zoo
