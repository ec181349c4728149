#include "backends/vart_dpu.hpp"

#include "backends/vart_fatal.hpp"
#include "core/files.hpp"
#include "core/latency.hpp"
#include "steps/frame.hpp"

namespace zoo::vart_backend {

namespace {

constexpr int kNoTimeout = -1;

Network open(const BackendOptions& options) {
  Network network = open_network(options.model, options.option());
  const std::string beside = directory_name(options.model) + "/arch.json";
  const std::string arch = options.get("--arch", is_file(beside) ? beside : "");
  if (!arch.empty()) check_arch(network, options.model, arch);
  return network;
}

// For a DPU's network, VART compares its fingerprint with the board's.
std::unique_ptr<vart::Runner> make_runner(const Network& network, const std::string& model) {
  return explained(
      {model + ": VART cannot run it here",
       "on a Kria board load an image with the DPU that it was compiled for (xmutil loadapp; "
       "show_dpu tells which one it has), and run as root; other machines have no DPU"},
      [&network] { return vart::Runner::create_runner(network.dpu, "run"); });
}

}  // namespace

BackendOption arch_option() {
  return {"--arch", "FILE", "DPU that the model must be compiled for; default: arch.json beside it",
          nullptr};
}

Dpu::Dpu(const BackendOptions& options, const TensorSpec& input,
         const std::vector<TensorSpec>& outputs)
    : model_(options.model),
      network_(open(options)),
      runner_(make_runner(network_, model_)),
      input_(runner_->get_input_tensors(), input, model_) {
  for (const TensorSpec& output : outputs) {
    outputs_.push_back(
        std::make_unique<BoundTensor>(runner_->get_output_tensors(), output, model_));
  }
}

std::vector<std::vector<float>> Dpu::run(const std::vector<float>& input) {
  input_.write(input);
  return run_input();
}

std::vector<std::vector<float>> Dpu::run_pixels(const Image& image, const PixelValues& values) {
  input_.write_pixels(image, values);
  return run_input();
}

std::vector<std::vector<float>> Dpu::run_input() {
  std::vector<vart::TensorBuffer*> buffers;
  for (const auto& output : outputs_) buffers.push_back(output->buffer());
  const Stopwatch alone;
  const auto [job, status] = runner_->execute_async({input_.buffer()}, buffers);
  if (status != 0 || runner_->wait(static_cast<int>(job), kNoTimeout) != 0) {
    throw Error(model_ + ": the DPU failed; `dmesg` on the board may say why");
  }
  runtime_ms_ = alone.elapsed_ms();
  std::vector<std::vector<float>> results;
  for (const auto& output : outputs_) results.push_back(output->read());
  return results;
}

}  // namespace zoo::vart_backend
