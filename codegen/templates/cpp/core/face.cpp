#include "core/face.hpp"

#include "contract.hpp"
#include "core/latency.hpp"

namespace zoo {

Face look(Backend& backend, const Photo& photo, const Box& box) {
  const Stopwatch whole;
  Face face;
  face.box = box;
  Frame frame;
  frame.image = photo.image;
  frame.box = box;
  contract::preprocess(frame);
  const Stopwatch inference;
  face.outputs = backend.run(frame.input_chw);
  face.inference_ms = inference.elapsed_ms();
  face.device_ms = backend.device_ms();
  for (std::size_t i = 0; i < face.outputs.size(); ++i) {
    const TensorSpec& output = contract::kOutputs[i];
    face.values[output.name] = {output.shape, {face.outputs[i].begin(), face.outputs[i].end()}};
  }
  contract::postprocess(face.values, frame);
  face.latency_ms = whole.elapsed_ms();
  return face;
}

const Tensor* landmarks_of(const Face& face) {
  const auto found = face.values.find("landmarks");
  if (found == face.values.end()) return nullptr;
  const Tensor& value = found->second;
  return value.shape.size() == 2 && value.shape[1] == 2 ? &value : nullptr;
}

}  // namespace zoo
