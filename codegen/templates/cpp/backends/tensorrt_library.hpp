// The loaded libzoo_tensorrt.so; its functions throw errors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/tensorrt_border.hpp"
#include "core/backend.hpp"
#include "core/shared_library.hpp"

namespace zoo::tensorrt {

using LoadedEngine = std::unique_ptr<Engine, void (*)(Engine*)>;

// A new engine, and the timings of its layers, which make the next build quick.
struct Built {
  std::string engine;
  std::string timings;
};

class Library {
 public:
  // given: path of the library, '' for the default places. Throws Error.
  explicit Library(const std::string& given);

  const Gpu& gpu() const { return gpu_; }
  Built build(const Settings& settings, const std::string& onnx, const std::string& timings) const;
  LoadedEngine load(const std::string& engine) const;

  // Index of the float32 input or output that fits; throws Error naming the model if none does.
  int find(const LoadedEngine& engine, const TensorSpec& wanted, bool is_input,
           const std::string& model) const;

  float* memory(const LoadedEngine& engine, int index) const;

  // Returns the milliseconds that the GPU took.
  double run(const LoadedEngine& engine) const;

 private:
  Tensor describe(const LoadedEngine& engine, int index) const;

  SharedLibrary library_;
  const Border* border_;
  Gpu gpu_{};
};

// "TensorRT 8.2.1 on NVIDIA Tegra X1 (compute capability 5.3)".
std::string describe(const Gpu& gpu);

// "5.3".
std::string capability(const Gpu& gpu);

}  // namespace zoo::tensorrt
