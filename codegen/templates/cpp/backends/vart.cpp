// Back end: AMD's DPU with VART.
#include <vart/runner.hpp>

#include "backends/vart_fatal.hpp"
#include "backends/vart_network.hpp"
#include "backends/vart_tensor.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "steps/frame.hpp"

namespace zoo {

using vart_backend::BoundTensor;
using vart_backend::Network;

const BackendInfo kBackend = {
    "AMD's DPU by VART",
    {{"--arch", "FILE", "DPU that the model must be compiled for; default: arch.json beside it",
      nullptr}}};

namespace {

constexpr int kNoTimeout = -1;

class Vart : public Backend {
 public:
  Vart(const std::string& model, Network network, const TensorSpec& input,
       const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;

 private:
  std::string model_;
  Network network_;
  std::unique_ptr<vart::Runner> runner_;
  BoundTensor input_;
  std::vector<std::unique_ptr<BoundTensor>> outputs_;
};

// For a DPU's network, VART compares its fingerprint with the board's.
std::unique_ptr<vart::Runner> make_runner(const Network& network, const std::string& model) {
  return vart_backend::explained(
      {model + ": VART cannot run it here",
       "on a Kria board load an image with the DPU that it was compiled for (xmutil loadapp; "
       "show_dpu tells which one it has), and run as root; other machines have no DPU"},
      [&network] { return vart::Runner::create_runner(network.dpu, "run"); });
}

Vart::Vart(const std::string& model, Network network, const TensorSpec& input,
           const std::vector<TensorSpec>& outputs)
    : model_(model),
      network_(std::move(network)),
      runner_(make_runner(network_, model)),
      input_(runner_->get_input_tensors(), input, model) {
  for (const TensorSpec& output : outputs) {
    outputs_.push_back(std::make_unique<BoundTensor>(runner_->get_output_tensors(), output, model));
  }
}

std::vector<std::vector<float>> Vart::run(const std::vector<float>& input) {
  input_.write(input);
  std::vector<vart::TensorBuffer*> buffers;
  for (const auto& output : outputs_) buffers.push_back(output->buffer());
  const auto [job, status] = runner_->execute_async({input_.buffer()}, buffers);
  if (status != 0 || runner_->wait(static_cast<int>(job), kNoTimeout) != 0) {
    throw Error(model_ + ": the DPU failed; `dmesg` on the board may say why");
  }
  std::vector<std::vector<float>> results;
  for (const auto& output : outputs_) results.push_back(output->read());
  return results;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  Network network = vart_backend::open_network(options.model);
  const std::string beside = directory_name(options.model) + "/arch.json";
  const std::string arch = options.get("--arch", is_file(beside) ? beside : "");
  if (!arch.empty()) vart_backend::check_arch(network, options.model, arch);
  return std::make_unique<Vart>(options.model, std::move(network), input, outputs);
}

}  // namespace zoo
