// Back end: the network as C, compiled into the program.
#include <optional>

#include "backends/c99_tensor.hpp"
#include "core/backend.hpp"
#include "core/latency.hpp"
#include "core/pixel_levels.hpp"

namespace zoo {

const BackendInfo kBackend = {"plain C", {}};

namespace {

class C99Network : public Backend {
 public:
  C99Network(const c99::Network& network, const TensorSpec& input,
             const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;
  std::vector<std::vector<float>> run_pixels(const Image& image,
                                             const PixelValues& values) override;
  std::optional<double> runtime_ms() const override { return runtime_ms_; }

 private:
  std::vector<std::vector<float>> run_integers(const c99::Bytes& input);

  const c99::Network& network_;
  std::vector<std::size_t> places_;  // of the contract's outputs among the network's
  std::optional<PixelLevels> levels_;
  double runtime_ms_ = 0;
};

C99Network::C99Network(const c99::Network& network, const TensorSpec& input,
                       const std::vector<TensorSpec>& outputs)
    : network_(network) {
  c99::find({network.input}, input);
  for (const TensorSpec& output : outputs) places_.push_back(c99::find(network.outputs, output));
}

std::vector<std::vector<float>> C99Network::run(const std::vector<float>& input) {
  return run_integers(c99::quantize(network_.input, input));
}

std::vector<std::vector<float>> C99Network::run_pixels(const Image& image,
                                                       const PixelValues& values) {
  const auto byte = [this](float real) { return c99::quantize(network_.input, real); };
  if (!levels_) levels_.emplace(values, byte);
  c99::Bytes input(image.pixels.size());
  levels_->write(image, input.data());
  return run_integers(input);
}

std::vector<std::vector<float>> C99Network::run_integers(const c99::Bytes& input) {
  std::vector<c99::Bytes> integers;
  for (const c99::IntegerTensor& output : network_.outputs) {
    integers.emplace_back(output.size_bytes());
  }
  const Stopwatch alone;
  network_.run(input, integers);
  runtime_ms_ = alone.elapsed_ms();
  std::vector<std::vector<float>> results;
  for (const std::size_t place : places_) {
    results.push_back(c99::dequantize(network_.outputs[place], integers[place]));
  }
  return results;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<C99Network>(c99::network(options.role), input, outputs);
}

}  // namespace zoo
