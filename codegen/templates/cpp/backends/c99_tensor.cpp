#include "backends/c99_tensor.hpp"

#include <algorithm>
#include <cmath>

namespace zoo::c99 {

namespace {

// Returns where the element `index` of [C, H, W] is stored in [H, W, C].
std::size_t stored_at(const std::vector<std::int64_t>& shape, std::size_t index) {
  if (shape.size() != 3) return index;
  const auto channels = static_cast<std::size_t>(shape[0]);
  const auto pixels = static_cast<std::size_t>(shape[1] * shape[2]);
  return index % pixels * channels + index / pixels;
}

}  // namespace

Bytes quantize(const IntegerTensor& tensor, const std::vector<float>& reals) {
  const double low = tensor.is_signed ? -128 : 0;
  const double high = tensor.is_signed ? 127 : 255;
  Bytes integers(reals.size());
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const float level = reals[i] / tensor.scale;
    const float rounded = tensor.rounds_half_up ? std::floor(level + 0.5f) : std::nearbyint(level);
    const double stored = std::clamp(static_cast<double>(rounded) + tensor.zero_point, low, high);
    integers[stored_at(tensor.spec.shape, i)] =
        static_cast<std::uint8_t>(static_cast<int>(stored) & 0xff);
  }
  return integers;
}

std::vector<float> dequantize(const IntegerTensor& tensor, const Bytes& integers) {
  std::vector<float> reals(integers.size());
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const std::uint8_t byte = integers[stored_at(tensor.spec.shape, i)];
    const int level = tensor.is_signed ? static_cast<std::int8_t>(byte) : byte;
    reals[i] = static_cast<float>(level - tensor.zero_point) * tensor.scale;
  }
  return reals;
}

}  // namespace zoo::c99
