// Back end: the network as C, compiled into the program.
#include <optional>

#include "backends/c99_tensor.hpp"
#include "core/backend.hpp"
#include "core/latency.hpp"
#include "core/pixel_levels.hpp"
#ifdef NETWORK_THREADS
#include "core/usage.hpp"
#endif

namespace zoo {

#ifdef NETWORK_THREADS
const BackendInfo kBackend = {"plain C",
                              {{"--threads", "N", "threads of the network", parse_threads}}};
#else
const BackendInfo kBackend = {"plain C", {}};
#endif

namespace {

class C99Network : public Backend {
 public:
  C99Network(const c99::Network& network, const TensorSpec& input,
             const std::vector<TensorSpec>& outputs);
#ifdef NETWORK_THREADS
  void share(int threads);
#endif
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
#ifdef NETWORK_THREADS
  std::optional<c99::Team> team_;  // of several threads
#endif
};

C99Network::C99Network(const c99::Network& network, const TensorSpec& input,
                       const std::vector<TensorSpec>& outputs)
    : network_(network) {
  c99::find({network.input}, input);
  for (const TensorSpec& output : outputs) places_.push_back(c99::find(network.outputs, output));
}

#ifdef NETWORK_THREADS
void C99Network::share(int threads) {
  if (threads == 1) return;
  // Kernels ask the processor what it can in their first call, which is of one thread.
  std::vector<c99::Bytes> unused = this->outputs();
  network_.run(c99::Bytes(network_.input.size_bytes()), unused);
  team_.emplace(threads, network_.scratch_bytes);
}
#endif

std::vector<std::vector<float>> C99Network::run(const std::vector<float>& input) {
  return run_integers(c99::quantize(network_.input, input));
}

std::vector<std::vector<float>> C99Network::run_pixels(const Image& image,
                                                       const PixelValues& values) {
  if (network_.input.bytes > 1) return Backend::run_pixels(image, values);
  const auto byte = [this](float real) { return c99::quantize(network_.input, real); };
  if (!levels_) levels_.emplace(values, byte);
  c99::Bytes input(image.pixels.size());
  levels_->write(image, input.data());
  return run_integers(input);
}

std::vector<std::vector<float>> C99Network::run_integers(const c99::Bytes& input) {
  std::vector<c99::Bytes> integers = outputs();
  const Stopwatch alone;
#ifdef NETWORK_THREADS
  if (team_) {
    team_->run([&](const c99::Part& part) { network_.run_part(part, input, integers); });
  } else {
    network_.run(input, integers);
  }
#else
  network_.run(input, integers);
#endif
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
  auto network = std::make_unique<C99Network>(c99::network(options.role), input, outputs);
#ifdef NETWORK_THREADS
  network->share(parse_threads("--threads", options.get("--threads", "1")));
#endif
  return network;
}

}  // namespace zoo
