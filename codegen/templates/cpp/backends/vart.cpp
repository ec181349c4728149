// Back end: AMD's DPU with VART.
#include "backends/vart_dpu.hpp"
#include "core/backend.hpp"

namespace zoo {

const BackendInfo kBackend = {"AMD's DPU by VART", {vart_backend::arch_option()}};

namespace {

class Vart : public Backend {
 public:
  Vart(const BackendOptions& options, const TensorSpec& input,
       const std::vector<TensorSpec>& outputs)
      : dpu_(options, input, outputs) {}

  std::vector<std::vector<float>> run(const std::vector<float>& input) override {
    return dpu_.run(input);
  }

  std::vector<std::vector<float>> run_pixels(const Image& image,
                                             const PixelValues& values) override {
    return dpu_.run_pixels(image, values);
  }

  std::optional<double> runtime_ms() const override { return dpu_.runtime_ms(); }

 private:
  vart_backend::Dpu dpu_;
};

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<Vart>(options, input, outputs);
}

}  // namespace zoo
