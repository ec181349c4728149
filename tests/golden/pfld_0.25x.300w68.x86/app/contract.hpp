// Inputs, outputs and values of pfld_0.25x.300w68. Generated from its contract.
#pragma once

#include <string>
#include <vector>

#include "core/backend.hpp"
#include "core/signal_file.hpp"
#include "steps/frame.hpp"

namespace zoo::contract {

inline const std::string kModel = "pfld_0.25x.300w68";
inline const std::string kModelFile = "model.onnx";

inline const SignalSpec kSignal = {};
inline const TensorSpec kInput = {"image", {3, 112, 112}};
inline const std::vector<TensorSpec> kOutputs = {
    {"landmarks", {136}},
};

// From a photo and a box to the network's input.
void preprocess(Frame& frame);

// From the network's outputs to values.
void postprocess(Values& values, const Frame& frame);

}  // namespace zoo::contract
