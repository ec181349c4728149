// Back end: the network as C, compiled into the program.
#include <optional>

#include "backends/c99_tensor.hpp"
#include "core/backend.hpp"
#include "core/latency.hpp"
#include "core/pixel_levels.hpp"
#include "core/usage.hpp"

namespace zoo {

const BackendInfo kBackend = {"plain C",
                              {{"--threads", "N", "threads of the network", parse_threads}}};

namespace {

class C99Network : public Backend {
 public:
  C99Network(const c99::Network& network, int threads, const TensorSpec& input,
             const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;
  std::vector<std::vector<float>> run_pixels(const Image& image,
                                             const PixelValues& values) override;
  std::optional<double> runtime_ms() const override { return runtime_ms_; }

 private:
  std::vector<std::vector<float>> run_integers(const c99::Bytes& input);
  std::vector<c99::Bytes> outputs() const;

  const c99::Network& network_;
  std::vector<std::size_t> places_;  // of the contract's outputs among the network's
  std::optional<PixelLevels> levels_;
  double runtime_ms_ = 0;
  std::optional<c99::Team> team_;  // of several threads
};

C99Network::C99Network(const c99::Network& network, int threads, const TensorSpec& input,
                       const std::vector<TensorSpec>& outputs)
    : network_(network) {
  c99::find({network.input}, input);
  for (const TensorSpec& output : outputs) places_.push_back(c99::find(network.outputs, output));
  if (threads == 1) return;
  // Kernels ask the processor what it can in their first call, which is of one thread.
  std::vector<c99::Bytes> unused = this->outputs();
  network_.run(c99::Bytes(network_.input.size_bytes()), unused);
  team_.emplace(threads, network_.scratch_bytes);
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
  std::vector<c99::Bytes> integers = outputs();
  const Stopwatch alone;
  if (team_) {
    team_->run([&](const c99::Part& part) { network_.run_part(part, input, integers); });
  } else {
    network_.run(input, integers);
  }
  runtime_ms_ = alone.elapsed_ms();
  std::vector<std::vector<float>> results;
  for (const std::size_t place : places_) {
    results.push_back(c99::dequantize(network_.outputs[place], integers[place]));
  }
  return results;
}

std::vector<c99::Bytes> C99Network::outputs() const {
  std::vector<c99::Bytes> integers;
  for (const c99::IntegerTensor& output : network_.outputs) {
    integers.emplace_back(output.size_bytes());
  }
  return integers;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  const int threads = parse_threads("--threads", options.get("--threads", "1"));
  return std::make_unique<C99Network>(c99::network(options.role), threads, input, outputs);
}

}  // namespace zoo
