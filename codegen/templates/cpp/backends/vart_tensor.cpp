#include "backends/vart_tensor.hpp"

#include <algorithm>
#include <cmath>

#include "steps/frame.hpp"

namespace zoo::vart_backend {

namespace {

const std::string kFixPoint = "fix_point";
const std::string kRounded = "_fix";

TensorSpec spec_of(const xir::Tensor* tensor) {
  const std::vector<std::int32_t> shape = tensor->get_shape();
  return {tensor->get_name(), {shape.begin(), shape.end()}};
}

std::vector<std::int64_t> without_ones(std::vector<std::int64_t> shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

// Whether a tensor holds the contract's tensor with a batch of one: an image [C, H, W] with its
// channels last, anything else in the same order. The compiler may add dimensions of 1.
bool fits(const xir::Tensor* tensor, const TensorSpec& spec) {
  const TensorSpec found = spec_of(tensor);
  if (spec.shape.size() != 3) return found.size() == spec.size();
  return without_ones(found.shape) == without_ones({spec.shape[1], spec.shape[2], spec.shape[0]});
}

const xir::Tensor* find(const std::vector<const xir::Tensor*>& tensors, const TensorSpec& spec,
                        const std::string& model) {
  std::vector<const xir::Tensor*> fitting;
  std::string listed;
  for (const xir::Tensor* tensor : tensors) {
    listed += (listed.empty() ? "" : ", ") + describe(spec_of(tensor));
    if (!fits(tensor, spec)) continue;
    const std::string name = tensor->get_name();
    if (name == spec.name || name == spec.name + kRounded) return tensor;
    fitting.push_back(tensor);
  }
  if (fitting.size() == 1) return fitting[0];
  throw Error(model + ": its DPU part has " + (fitting.empty() ? "no tensor" : "several tensors") +
              " that can be " + describe(spec) + " with a batch of one; it has " + listed +
              ". This program was made for another model: build the bundle again");
}

int fix_point_of(const xir::Tensor* tensor, const std::string& model) {
  const xir::DataType type = tensor->get_data_type();
  if (type.type != xir::DataType::XINT || type.bit_width != 8 || !tensor->has_attr(kFixPoint)) {
    throw Error(
        model + ": tensor '" + tensor->get_name() +
        "' is not of 8-bit integers with a fix point; quantize the network, then compile it");
  }
  return tensor->get_attr<std::int32_t>(kFixPoint);
}

std::int8_t quantized(float number, int fix_point) {
  const double rounded = std::floor(std::ldexp(double{number}, fix_point) + 0.5);
  return static_cast<std::int8_t>(std::clamp(rounded, -128.0, 127.0));
}

}  // namespace

BoundTensor::BoundTensor(const std::vector<const xir::Tensor*>& tensors, const TensorSpec& spec,
                         const std::string& model)
    : tensor_(find(tensors, spec, model)),
      buffer_(tensor_),
      fix_point_(fix_point_of(tensor_, model)),
      channels_(spec.shape.size() == 3 ? static_cast<std::size_t>(spec.shape[0]) : 1),
      places_(spec.size() / channels_) {}

std::int8_t* BoundTensor::data() {
  const std::vector<std::int32_t> first(tensor_->get_shape().size(), 0);
  return reinterpret_cast<std::int8_t*>(buffer_.data(first).first);
}

void BoundTensor::write(const std::vector<float>& numbers) {
  std::int8_t* to = data();
  for (std::size_t c = 0; c < channels_; ++c) {
    for (std::size_t i = 0; i < places_; ++i) {
      to[i * channels_ + c] = quantized(numbers[c * places_ + i], fix_point_);
    }
  }
}

void BoundTensor::write_pixels(const Image& image, const PixelValues& values) {
  const auto byte = [this](float number) {
    return static_cast<std::uint8_t>(quantized(number, fix_point_));
  };
  if (!levels_) levels_.emplace(values, byte);
  levels_->write(image, reinterpret_cast<std::uint8_t*>(data()));
}

std::vector<float> BoundTensor::read() {
  const std::int8_t* from = data();
  std::vector<float> numbers(channels_ * places_);
  for (std::size_t c = 0; c < channels_; ++c) {
    for (std::size_t i = 0; i < places_; ++i) {
      numbers[c * places_ + i] =
          std::ldexp(static_cast<float>(from[i * channels_ + c]), -fix_point_);
    }
  }
  return numbers;
}

}  // namespace zoo::vart_backend
