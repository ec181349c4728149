#include "backends/c99_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "steps/frame.hpp"

namespace zoo::c99 {

namespace {

// Returns where the element `index` of [C, H, W] is stored in [H, W, C].
std::size_t stored_at(const std::vector<std::int64_t>& shape, std::size_t index) {
  if (shape.size() != 3) return index;
  const auto channels = static_cast<std::size_t>(shape[0]);
  const auto pixels = static_cast<std::size_t>(shape[1] * shape[2]);
  return index % pixels * channels + index / pixels;
}

std::int32_t level_at(const IntegerTensor& tensor, const Bytes& integers, std::size_t index) {
  if (tensor.bytes == sizeof(std::int32_t)) {
    std::int32_t sum = 0;
    std::memcpy(&sum, &integers[index * sizeof sum], sizeof sum);
    return sum;
  }
  const std::uint8_t byte = integers[index];
  return tensor.is_signed ? static_cast<std::int8_t>(byte) : byte;
}

}  // namespace

std::size_t find(const std::vector<IntegerTensor>& tensors, const TensorSpec& wanted) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].spec.name == wanted.name && tensors[i].spec.shape == wanted.shape) return i;
  }
  throw Error("the network has no " + describe(wanted) +
              ": program and network do not belong together, build the bundle again");
}

std::uint8_t quantize(const IntegerTensor& tensor, float real) {
  const double low = tensor.is_signed ? -128 : 0;
  const double high = tensor.is_signed ? 127 : 255;
  const float level = real / tensor.scale;
  const float rounded = tensor.rounds_half_up ? std::floor(level + 0.5f) : std::nearbyint(level);
  const double stored = std::clamp(static_cast<double>(rounded) + tensor.zero_point, low, high);
  return static_cast<std::uint8_t>(static_cast<int>(stored) & 0xff);
}

Bytes quantize(const IntegerTensor& tensor, const std::vector<float>& reals) {
  Bytes integers(reals.size());
  for (std::size_t i = 0; i < reals.size(); ++i) {
    integers[stored_at(tensor.spec.shape, i)] = quantize(tensor, reals[i]);
  }
  return integers;
}

std::vector<float> dequantize(const IntegerTensor& tensor, const Bytes& integers) {
  std::vector<float> reals(integers.size() / tensor.bytes);
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const std::int32_t level = level_at(tensor, integers, stored_at(tensor.spec.shape, i));
    reals[i] = static_cast<float>(level - tensor.zero_point) * tensor.scale;
  }
  return reals;
}

}  // namespace zoo::c99
