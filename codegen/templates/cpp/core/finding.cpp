#include "core/finding.hpp"

#include <algorithm>

#include "core/latency.hpp"

namespace zoo {

Network load_network(const BackendOptions& options, const Contract& contract) {
  return {contract, load_backend(options, contract.input, contract.outputs)};
}

namespace {

std::vector<std::vector<float>> run(Backend& backend, const Frame& frame) {
  if (frame.pixel_values.empty()) return backend.run(frame.input_chw);
  return backend.run_pixels(*frame.image, frame.pixel_values);
}

}  // namespace

Finding look(const Network& network, const Photo& photo, const Box& box, const Points& points) {
  const Stopwatch whole;
  Finding finding;
  finding.contract = &network.contract;
  finding.box = box;
  Frame frame;
  frame.image = photo.image;
  frame.signal = photo.signal;
  frame.box = box;
  frame.points = points;
  network.contract.preprocess(frame);
  finding.steps_ms = whole.elapsed_ms();
  const Stopwatch inference;
  finding.outputs = run(*network.backend, frame);
  finding.inference_ms = inference.elapsed_ms();
  finding.runtime_ms = network.backend->runtime_ms();
  finding.device_ms = network.backend->device_ms();
  for (std::size_t i = 0; i < finding.outputs.size(); ++i) {
    const TensorSpec& output = network.contract.outputs[i];
    const std::vector<float>& numbers = finding.outputs[i];
    finding.values[output.name] = Tensor{output.shape, {numbers.begin(), numbers.end()}};
  }
  network.contract.postprocess(finding.values, frame);
  finding.latency_ms = whole.elapsed_ms();
  return finding;
}

namespace {

const Tensor* numbers_of(const Finding& finding, const std::string& name) {
  const auto found = finding.values.find(name);
  return found == finding.values.end() ? nullptr : std::get_if<Tensor>(&found->second);
}

}  // namespace

Points points_in(const Tensor& landmarks) {
  Points points;
  for (std::size_t i = 0; i + 1 < landmarks.data.size(); i += 2) {
    points.push_back({landmarks.data[i], landmarks.data[i + 1]});
  }
  return points;
}

Box span(const Tensor& landmarks) {
  double low[2] = {landmarks.data[0], landmarks.data[1]};
  double high[2] = {low[0], low[1]};
  for (std::size_t i = 0; i < landmarks.data.size(); ++i) {
    low[i % 2] = std::min(low[i % 2], landmarks.data[i]);
    high[i % 2] = std::max(high[i % 2], landmarks.data[i]);
  }
  return {low[0] + 0.5, low[1] + 0.5, high[0] - low[0], high[1] - low[1]};
}

double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (!(width > 0 && height > 0)) return 0;
  const double common = width * height;
  return common / (a.width * a.height + b.width * b.height - common);
}

const Tensor* rows_of(const Finding& finding, const std::string& name, std::int64_t columns) {
  const Tensor* value = numbers_of(finding, name);
  const bool fits = value != nullptr && value->shape.size() == 2 && value->shape[1] == columns;
  return fits ? value : nullptr;
}

const Tensor* points_of(const Finding& finding, const std::string& name) {
  const Tensor* value = numbers_of(finding, name);
  const Tensor* boxes = rows_of(finding, "boxes", 4);
  const bool fits = value != nullptr && boxes != nullptr && value->shape.size() == 3 &&
                    value->shape[0] == boxes->shape[0] && value->shape[2] == 2;
  return fits ? value : nullptr;
}

}  // namespace zoo
