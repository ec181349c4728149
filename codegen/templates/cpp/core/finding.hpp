// The result of the network for one region of a photo.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/contract.hpp"
#include "core/photo.hpp"
#include "steps/frame.hpp"

namespace zoo {

// Landmarks that another look moves by more of their box's longer side may be of no object.
constexpr double kLargestMove = 0.008;

// A contract's network, loaded.
struct Network {
  const Contract& contract;
  std::unique_ptr<Backend> backend;
};

// Loads a contract's network; throws Error.
Network load_network(const BackendOptions& options, const Contract& contract);

// contract: of the network.  box: the region.  score: of the detection there.  id: of a tracked
// object.  moved: how far a second look moved the landmarks, on average, in the longer side of
// their box.  is_in_doubt: whether it may be of no object.  outputs: of the network, in the
// contract's order.  values: outputs and what steps add to them.  states: events that are going
// on, if the object is watched.  looks: how often the network ran; times are of all looks.
// latency_ms: of everything.  steps_ms: of the steps before the network.  inference_ms: of the
// network, with the conversions around it.  runtime_ms: without them, if known.  device_ms: by the
// accelerator's own clock, if it has one.
struct Finding {
  const Contract* contract = nullptr;
  Box box;
  std::optional<double> score;
  std::optional<int> id;
  std::optional<double> moved;
  bool is_in_doubt = false;
  std::vector<std::vector<float>> outputs;
  Values values;
  std::optional<std::vector<std::string>> states;
  int looks = 1;
  double latency_ms = 0;
  double steps_ms = 0;
  double inference_ms = 0;
  std::optional<double> runtime_ms;
  std::optional<double> device_ms;
};

// Runs the contract's steps and the network on a part of a photo. points: of the object there, none
// if unknown.
Finding look(const Network& network, const Photo& photo, const Box& box, const Points& points = {});

// Landmarks [K, 2] as points.
Points points_in(const Tensor& landmarks);

// The bounding box of landmarks [K, 2], K > 0: of their pixels, whose centres are at integers.
Box span(const Tensor& landmarks);

// Intersection over union; 0 for boxes without an area or with a nan.
double overlap(const Box& a, const Box& b);

// A value with rows [N, columns] of numbers; null if the contract has none of this name.
const Tensor* rows_of(const Finding& finding, const std::string& name, std::int64_t columns);

// A value [N, K, 2], points of each row of 'boxes'; null if the contract has none of this name.
const Tensor* points_of(const Finding& finding, const std::string& name);

}  // namespace zoo
