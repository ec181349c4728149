// Back end of the toy chip, whose vendor gives the network as C code: it is in the program.
#include "backends/c99_tensor.hpp"
#include "core/backend.hpp"
#include "steps/frame.hpp"

namespace zoo {

const BackendInfo kBackend = {"toy chip", {}};

namespace {

class ToyChip : public Backend {
 public:
  explicit ToyChip(const c99::Network& network) : network_(network) {}
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;

 private:
  const c99::Network& network_;
};

std::vector<std::vector<float>> ToyChip::run(const std::vector<float>& input) {
  std::vector<c99::Bytes> integers;
  for (const c99::IntegerTensor& output : network_.outputs) {
    integers.emplace_back(output.spec.size());
  }
  network_.run(c99::quantize(network_.input, input), integers);
  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < integers.size(); ++i) {
    results.push_back(c99::dequantize(network_.outputs[i], integers[i]));
  }
  return results;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec&,
                                      const std::vector<TensorSpec>& outputs) {
  const c99::Network& network = c99::network(options.role);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (network.outputs[i].spec.name != outputs[i].name) {
      throw Error("the network has no " + describe(outputs[i]) + " there: build the bundle again");
    }
  }
  return std::make_unique<ToyChip>(network);
}

}  // namespace zoo
