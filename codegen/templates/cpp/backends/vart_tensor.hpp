// The DPU's tensors: 8-bit integers q that stand for q / 2^fix_point, channels last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vart/mm/host_flat_tensor_buffer.hpp>
#include <vector>
#include <xir/tensor/tensor.hpp>

#include "core/backend.hpp"
#include "core/pixel_levels.hpp"

namespace zoo::vart_backend {

// A DPU tensor in this program's memory, with its contract.
class BoundTensor {
 public:
  // Takes the contract's tensor from `tensors`: the one with its name, with or without the "_fix"
  // of its last rounding, otherwise the only one of its size. Throws Error naming model and tensors
  // if there is none, or if it does not hold 8-bit integers with a fix point.
  BoundTensor(const std::vector<const xir::Tensor*>& tensors, const TensorSpec& spec,
              const std::string& model);

  // Writes numbers, [C, H, W]: q = floor(x 2^fix_point + 1/2), saturated.
  void write(const std::vector<float>& numbers);

  // Writes the numbers of an image's pixels; values: the same in all calls.
  void write_pixels(const Image& image, const PixelValues& values);

  // Returns the numbers, [C, H, W].
  std::vector<float> read();

  vart::TensorBuffer* buffer() { return &buffer_; }

 private:
  std::int8_t* data();

  const xir::Tensor* tensor_;
  vart::mm::HostFlatTensorBuffer buffer_;
  int fix_point_;
  std::size_t channels_;
  std::size_t places_;  // of each channel
  std::optional<PixelLevels> levels_;
};

}  // namespace zoo::vart_backend
