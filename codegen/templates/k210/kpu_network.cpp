// Back end: the network as a kmodel, run by the SDK on the KPU.
#include <cstring>
#include <optional>
#include <string>

#include "backends/c99_tensor.hpp"
#include "core/backend.hpp"
#include "core/pixel_levels.hpp"
#include "kpu_border.hpp"
#include "steps/frame.hpp"

extern "C" {
#include "kpu.h"
extern const std::uint8_t kmodel[];
}

namespace zoo {

const BackendInfo kBackend = {"KPU", {}};

namespace {

class KpuNetwork : public Backend {
 public:
  KpuNetwork(const TensorSpec& input, const std::vector<TensorSpec>& outputs);
  ~KpuNetwork() override { kpu_model_free(&model_); }
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;
  std::vector<std::vector<float>> run_pixels(const Image& image,
                                             const PixelValues& values) override;

 private:
  std::vector<std::vector<float>> run_input();

  kpu_model_context_t model_ = {};
  std::vector<std::uint8_t> input_;
  std::vector<std::size_t> places_;  // of the contract's outputs among the network's
  std::optional<PixelLevels> levels_;
};

void note_done(void* is_done) { *static_cast<volatile bool*>(is_done) = true; }

KpuNetwork::KpuNetwork(const TensorSpec& input, const std::vector<TensorSpec>& outputs)
    : input_(input.size()) {
  c99::find(kKpuInputs, input);
  for (const TensorSpec& output : outputs) places_.push_back(c99::find(kKpuOutputs, output));
  const int status = kpu_load_kmodel(&model_, kmodel);
  if (status != 0) throw Error("the SDK does not load the kmodel: " + std::to_string(status));
}

std::vector<std::vector<float>> KpuNetwork::run(const std::vector<float>& input) {
  const c99::IntegerTensor& source = kKpuInputs.front();
  for (std::size_t i = 0; i < input.size(); ++i) input_[i] = c99::quantize(source, input[i]);
  return run_input();
}

std::vector<std::vector<float>> KpuNetwork::run_pixels(const Image& image,
                                                       const PixelValues& values) {
  const auto byte = [](float real) { return c99::quantize(kKpuInputs.front(), real); };
  if (!levels_) levels_.emplace(values, byte);
  std::uint8_t* to = input_.data();
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (std::size_t i = c; i < image.pixels.size(); i += values.size()) {
      *to++ = levels_->at(c, image.pixels[i]);
    }
  }
  return run_input();
}

std::vector<std::vector<float>> KpuNetwork::run_input() {
  volatile bool is_done = false;
  const int status =
      kpu_run_kmodel(&model_, input_.data(), DMAC_CHANNEL5, note_done, const_cast<bool*>(&is_done));
  if (status != 0) throw Error("the KPU does not run: " + std::to_string(status));
  while (!is_done) {
  }
  std::vector<std::vector<float>> results;
  for (const std::size_t place : places_) {
    std::uint8_t* data = nullptr;
    std::size_t bytes = 0;
    kpu_get_output(&model_, static_cast<std::uint32_t>(place), &data, &bytes);
    std::vector<float> output(kKpuOutputs[place].spec.size());
    if (bytes != output.size() * sizeof(float)) {
      throw Error("the kmodel's output " + std::to_string(place) + " has " + std::to_string(bytes) +
                  " bytes: build the bundle again");
    }
    std::memcpy(output.data(), data, bytes);
    results.push_back(std::move(output));
  }
  return results;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions&, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<KpuNetwork>(input, outputs);
}

}  // namespace zoo
