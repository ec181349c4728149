#include "report.hpp"

namespace zoo {

std::string record(const Photo& photo, const Finding& finding) {
  const Box& box = finding.box;
  std::string text = "{\"frame\": " + std::to_string(photo.frame) + ", \"box\": [" +
                     to_json(box.x) + ", " + to_json(box.y) + ", " + to_json(box.width) + ", " +
                     to_json(box.height) + "]";
  for (const auto& [name, value] : finding.values)
    text += ", " + quoted(name) + ": " + to_json(value);
  return text + ", \"latency_ms\": " + to_json(finding.latency_ms) +
         ", \"inference_ms\": " + to_json(finding.inference_ms) + "}";
}

std::string outputs_record(const Finding& finding) {
  std::string text = "{\"outputs\": {";
  for (std::size_t i = 0; i < finding.outputs.size(); ++i) {
    const TensorSpec& output = finding.contract->outputs[i];
    const Tensor tensor{output.shape, {finding.outputs[i].begin(), finding.outputs[i].end()}};
    text += (i > 0 ? ", " : "") + quoted(output.name) + ": " + to_json(tensor);
  }
  return text + "}}";
}

}  // namespace zoo
