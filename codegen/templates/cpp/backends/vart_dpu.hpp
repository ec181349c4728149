// The DPU's part of a network, run by VART.
#pragma once

#include <memory>
#include <string>
#include <vart/runner.hpp>
#include <vector>

#include "backends/vart_network.hpp"
#include "backends/vart_tensor.hpp"
#include "core/backend.hpp"

namespace zoo::vart_backend {

// The option of the command line that every program with a DPU has.
BackendOption arch_option();

class Dpu {
 public:
  // Opens the model, whose DPU must be the one that the option names.
  Dpu(const BackendOptions& options, const TensorSpec& input,
      const std::vector<TensorSpec>& outputs);

  // Returns each output's numbers. input: [C, H, W].
  std::vector<std::vector<float>> run(const std::vector<float>& input);

  // The same for an image's pixels, as Backend::run_pixels.
  std::vector<std::vector<float>> run_pixels(const Image& image, const PixelValues& values);

  // Milliseconds of the last run on the DPU, without writing and reading tensors.
  double runtime_ms() const { return runtime_ms_; }

 private:
  std::vector<std::vector<float>> run_input();

  std::string model_;
  Network network_;
  std::unique_ptr<vart::Runner> runner_;
  BoundTensor input_;
  std::vector<std::unique_ptr<BoundTensor>> outputs_;
  double runtime_ms_ = 0;
};

}  // namespace zoo::vart_backend
