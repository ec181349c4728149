// A model that ONNX Runtime has loaded.
#pragma once

#include <vector>

#include "backends/onnxruntime_api.hpp"
#include "core/backend.hpp"

namespace zoo::ort {

// Loads the model, computing integers exactly on every CPU; throws Error.
Handle<Session> open_session(const Api& api, const Env* env, const BackendOptions& options);

// The model's inputs and outputs, without their batch.
std::vector<TensorSpec> inputs_of(const Api& api, const Session* session);
std::vector<TensorSpec> outputs_of(const Api& api, const Session* session);

// Throws Error unless the model has float32 inputs and outputs with these names and shapes, after a
// batch of one.
void check_tensors(const Api& api, const Session* session, const std::string& model,
                   const TensorSpec& input, const std::vector<TensorSpec>& outputs);

}  // namespace zoo::ort
