// Back end: AMD's DPU with VART, and ONNX Runtime for the end of the network.
#include <algorithm>

#include "backends/onnxruntime_model.hpp"
#include "backends/vart_dpu.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "steps/frame.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "AMD's DPU by VART, then ONNX Runtime",
    {vart_backend::arch_option(), ort::threads_option("threads of the network's end"),
     ort::library_option()}};

namespace {

using Numbers = std::vector<float>;

const std::string kTail = "tail.onnx";

// The tail is beside the model.
BackendOptions of_tail(BackendOptions options) {
  options.model = directory_name(options.model) + "/" + kTail;
  return options;
}

// Where a tensor of that name is, or the size if it is in none.
std::size_t place_of(const std::vector<TensorSpec>& tensors, const std::string& name) {
  const auto named = [&name](const TensorSpec& tensor) { return tensor.name == name; };
  return static_cast<std::size_t>(std::find_if(tensors.begin(), tensors.end(), named) -
                                  tensors.begin());
}

class DpuAndTail : public Backend {
 public:
  DpuAndTail(const BackendOptions& options, const TensorSpec& input,
             const std::vector<TensorSpec>& outputs)
      : tail_(of_tail(options)),
        outputs_(outputs),
        ends_(ends(tail_, outputs)),
        dpu_(options, input, ends_) {
    for (const TensorSpec& output : outputs_) {
      const std::size_t place = place_of(tail_.outputs(), output.name);
      if (place == tail_.outputs().size()) continue;
      if (tail_.outputs()[place].size() == output.size()) continue;
      throw Error(of_tail(options).model + ": its output " + describe(tail_.outputs()[place]) +
                  " should be " + describe(output) +
                  ". This program was made for another model: build the bundle again");
    }
  }

  std::vector<Numbers> run(const Numbers& input) override { return run_tail(dpu_.run(input)); }

  std::vector<Numbers> run_pixels(const Image& image, const PixelValues& values) override {
    return run_tail(dpu_.run_pixels(image, values));
  }

  std::optional<double> runtime_ms() const override {
    return dpu_.runtime_ms() + tail_.runtime_ms();
  }

 private:
  std::vector<Numbers> run_tail(const std::vector<Numbers>& front) {
    // The tail's inputs are the first of the DPU's outputs.
    const std::vector<Numbers> behind = tail_.run(tail_.inputs(), front.data(), tail_.outputs());
    std::vector<Numbers> results;
    for (const TensorSpec& output : outputs_) {
      const std::size_t place = place_of(tail_.outputs(), output.name);
      results.push_back(place < behind.size() ? behind[place]
                                              : front[place_of(ends_, output.name)]);
    }
    return results;
  }

  // What the DPU gives: the tail's inputs, then the contract's outputs that it computes itself.
  static std::vector<TensorSpec> ends(const ort::Model& tail,
                                      const std::vector<TensorSpec>& outputs) {
    std::vector<TensorSpec> found = tail.inputs();
    for (const TensorSpec& output : outputs) {
      const bool is_tails = place_of(tail.outputs(), output.name) < tail.outputs().size();
      if (!is_tails && place_of(found, output.name) == found.size()) found.push_back(output);
    }
    return found;
  }

  ort::Model tail_;
  std::vector<TensorSpec> outputs_;
  std::vector<TensorSpec> ends_;
  vart_backend::Dpu dpu_;
};

// A network that the DPU computes to its end, such as one of a chain.
class DpuAlone : public Backend {
 public:
  DpuAlone(const BackendOptions& options, const TensorSpec& input,
           const std::vector<TensorSpec>& outputs)
      : dpu_(options, input, outputs) {}

  std::vector<Numbers> run(const Numbers& input) override { return dpu_.run(input); }

  std::vector<Numbers> run_pixels(const Image& image, const PixelValues& values) override {
    return dpu_.run_pixels(image, values);
  }

  std::optional<double> runtime_ms() const override { return dpu_.runtime_ms(); }

 private:
  vart_backend::Dpu dpu_;
};

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  const std::string tail = of_tail(options).model;
  if (is_file(tail)) return std::make_unique<DpuAndTail>(options, input, outputs);
  try {
    return std::make_unique<DpuAlone>(options, input, outputs);
  } catch (const Error& error) {
    throw Error(error.what() + std::string("; if its end runs on the CPU, ") + tail +
                " is missing: copy it there from the bundle's directory model");
  }
}

}  // namespace zoo
