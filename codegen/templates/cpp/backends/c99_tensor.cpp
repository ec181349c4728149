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

// An integer as this processor stores it.
template <typename Integer>
std::int32_t read(const Bytes& integers, std::size_t index) {
  Integer level = 0;
  std::memcpy(&level, &integers[index * sizeof level], sizeof level);
  return level;
}

std::int32_t level_at(const IntegerTensor& tensor, const Bytes& integers, std::size_t index) {
  if (tensor.bytes == sizeof(std::int32_t)) {
    return read<std::int32_t>(integers, index);
  }
  if (tensor.bytes == sizeof(std::int16_t)) {
    return tensor.is_signed ? read<std::int16_t>(integers, index)
                            : read<std::uint16_t>(integers, index);
  }
  return tensor.is_signed ? read<std::int8_t>(integers, index) : integers[index];
}

// The integer of a real, which has 8 or 16 bits.
int level_of(const IntegerTensor& tensor, float real) {
  const int levels = tensor.bytes == 1 ? 256 : 65536;
  const double low = tensor.is_signed ? -levels / 2 : 0;
  const float level = real / tensor.scale;
  const float rounded = tensor.rounds_half_up ? std::floor(level + 0.5f) : std::nearbyint(level);
  const double shifted = static_cast<double>(rounded) + tensor.zero_point;
  return static_cast<int>(std::clamp(shifted, low, low + levels - 1));
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
  return static_cast<std::uint8_t>(level_of(tensor, real) & 0xff);
}

Bytes quantize(const IntegerTensor& tensor, const std::vector<float>& reals) {
  Bytes integers(reals.size() * tensor.bytes);
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const std::size_t place = stored_at(tensor.spec.shape, i) * tensor.bytes;
    const auto level = static_cast<std::uint16_t>(level_of(tensor, reals[i]) & 0xffff);
    if (tensor.bytes == 1) {
      integers[place] = static_cast<std::uint8_t>(level & 0xff);
    } else {
      std::memcpy(&integers[place], &level, sizeof level);
    }
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
