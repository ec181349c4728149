// The program's networks, each with its steps; contract.cpp defines them from their contracts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/backend.hpp"
#include "core/signal_file.hpp"
#include "steps/frame.hpp"
#include "steps/track.hpp"

namespace zoo {

// A network, and the steps around it. file: in the bundle's model/.  signal: if it takes such.
// has_landmarks: whether it adds 'landmarks' [K, 2], which can be tracked.
// preprocess: from a photo and a box to the input.  postprocess: from the outputs to values.
// observers: starts the steps over the time of a tracked object; null if there are none.
struct Contract {
  std::string model;
  std::string file;
  SignalSpec signal;
  TensorSpec input;
  std::vector<TensorSpec> outputs;
  bool has_landmarks;
  void (*preprocess)(Frame& frame);
  void (*postprocess)(Values& values, const Frame& frame);
  Observers (*observers)();
};

// From a detector's box to the region where the next network looks. Width and height are sums of
// the box's width and height with these factors; the centre moves by `shift` of them.
// passes: 2 to look again in the box of the landmarks that were found.
struct RegionRule {
  double width[2];
  double height[2];
  double shift[2];
  int passes;
};

// A network whose boxes are the regions of the next one.
struct Detector {
  Contract contract;
  RegionRule regions;
};

// The network whose values are reported, and the one that finds its regions, if there is one.
extern const Contract kContract;
extern const std::optional<Detector> kDetector;

}  // namespace zoo
