#include "core/looking.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace zoo {

namespace {

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

// Looks again in the box of landmarks, and adds the times of the look before.
Finding look_again(const Network& network, const Photo& photo, const Tensor& landmarks,
                   const Finding& before) {
  Finding finding = look(network, photo, span(landmarks), points_in(landmarks));
  finding.looks += before.looks;
  finding.latency_ms += before.latency_ms;
  finding.steps_ms += before.steps_ms;
  finding.inference_ms += before.inference_ms;
  if (finding.runtime_ms) *finding.runtime_ms += *before.runtime_ms;
  if (finding.device_ms) *finding.device_ms += *before.device_ms;
  finding.moved = distance(*rows_of(before, "landmarks", 2), *rows_of(finding, "landmarks", 2));
  return finding;
}

}  // namespace

Finding look_at(const Network& network, const Photo& photo, const Place& place) {
  Finding finding = look(network, photo, place.box, place.points);
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
    finding = look_again(network, photo, *landmarks, finding);
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

}  // namespace zoo
