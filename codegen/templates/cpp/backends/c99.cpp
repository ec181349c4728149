// Back end: the network as C, compiled into the program.
#include "backends/c99_tensor.hpp"
#include "core/backend.hpp"

namespace zoo {

const BackendInfo kBackend = {"plain C", {}};

namespace {

class C99Network : public Backend {
 public:
  C99Network(const c99::Network& network, const TensorSpec& input,
             const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;

 private:
  const c99::Network& network_;
  std::vector<std::size_t> places_;  // of the contract's outputs among the network's
};

C99Network::C99Network(const c99::Network& network, const TensorSpec& input,
                       const std::vector<TensorSpec>& outputs)
    : network_(network) {
  c99::find({network.input}, input);
  for (const TensorSpec& output : outputs) places_.push_back(c99::find(network.outputs, output));
}

std::vector<std::vector<float>> C99Network::run(const std::vector<float>& input) {
  std::vector<c99::Bytes> integers;
  for (const c99::IntegerTensor& output : network_.outputs) {
    integers.emplace_back(output.size_bytes());
  }
  network_.run(c99::quantize(network_.input, input), integers);
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
