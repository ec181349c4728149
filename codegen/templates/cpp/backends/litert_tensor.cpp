#include "backends/litert_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "steps/frame.hpp"

namespace zoo::litert {

namespace {

// Functions that describe the file's inputs, or its outputs.
struct Side {
  const char* name;
  const Function<Subgraph*, std::size_t*>& count;
  const Function<Subgraph*, std::size_t, Tensor**>& get;
};

using Shape = std::vector<std::int64_t>;

Shape shape_of(const TensorType& type) { return {type.sizes, type.sizes + type.rank}; }

// [1, H, W, C] of [C, H, W]; a batch of one before other shapes.
Shape stored_shape(const Shape& shape) {
  if (shape.size() == 3) return {1, shape[1], shape[2], shape[0]};
  Shape stored = {1};
  stored.insert(stored.end(), shape.begin(), shape.end());
  return stored;
}

std::string type_name(int element) {
  switch (element) {
    case kFloat32:
      return "float32";
    case kUint8:
      return "uint8";
    case kInt8:
      return "int8";
    default:
      return "element type " + std::to_string(element);
  }
}

bool is_known(int element) { return element == kFloat32 || element == kUint8 || element == kInt8; }

BorderTensor tensor_at(const Api& api, Subgraph* graph, const Side& side, std::size_t index) {
  Tensor* tensor = nullptr;
  side.get(graph, index, &tensor);
  const char* name = nullptr;
  api.get_name(tensor, &name);
  BorderTensor found{{name, {}}, index, {}, false, 1, 0};
  api.get_type(tensor, &found.type);
  found.spec.shape = shape_of(found.type);
  int kind = 0;
  api.get_quantization_kind(tensor, &kind);
  if (kind == kQuantizedPerTensor) {
    PerTensor grid{};
    api.get_quantization(tensor, &grid);
    found.scale = grid.scale;
    found.zero_point = grid.zero_point;
  }
  return found;
}

std::vector<BorderTensor> find(const Api& api, Subgraph* graph, const Side& side,
                               const std::string& model, const std::vector<TensorSpec>& wanted) {
  std::size_t count = 0;
  side.count(graph, &count);
  std::vector<BorderTensor> all;
  std::string listed;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(tensor_at(api, graph, side, i));
    listed += (i > 0 ? ", " : "") + describe(all[i].spec) + " " + type_name(all[i].type.element);
  }
  std::vector<BorderTensor> found;
  for (const TensorSpec& spec : wanted) {
    const Shape stored = stored_shape(spec.shape);
    const auto fits = [&](const BorderTensor& other) {
      return other.spec.name == spec.name && other.spec.shape == stored &&
             is_known(other.type.element);
    };
    const auto place = std::find_if(all.begin(), all.end(), fits);
    if (place == all.end()) {
      throw Error(model + ": has no " + side.name + " " + describe({spec.name, stored}) +
                  " of float32, int8 or uint8; it has " + listed +
                  ". This program was made for another model: build the bundle again");
    }
    found.push_back(*place);
    found.back().spec = spec;
    found.back().channels_last = spec.shape.size() == 3;
  }
  return found;
}

// Rounds half to even, as the reference does, and saturates.
template <typename Integer>
Integer rounded(const BorderTensor& tensor, float real) {
  const float level = std::nearbyint(real / tensor.scale) + static_cast<float>(tensor.zero_point);
  const float low = std::numeric_limits<Integer>::min();
  const float high = std::numeric_limits<Integer>::max();
  return static_cast<Integer>(std::clamp(level, low, high));
}

template <typename Integer>
float dequantize(const BorderTensor& tensor, Integer level) {
  return static_cast<float>(level - tensor.zero_point) * tensor.scale;
}

// Calls visit(index in [C, H, W], index in storage) for each element.
template <typename Visit>
void each(const BorderTensor& tensor, const Visit& visit) {
  const std::size_t size = tensor.spec.size();
  const auto channels =
      tensor.channels_last ? static_cast<std::size_t>(tensor.spec.shape[0]) : std::size_t{1};
  const std::size_t pixels = size / channels;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      visit(channel * pixels + pixel, pixel * channels + channel);
    }
  }
}

template <typename Integer>
void store_integers(const BorderTensor& tensor, const std::vector<float>& reals, void* stored) {
  auto* levels = static_cast<Integer*>(stored);
  each(tensor, [&](std::size_t index, std::size_t place) {
    levels[place] = rounded<Integer>(tensor, reals[index]);
  });
}

template <typename Integer>
void load_integers(const BorderTensor& tensor, const void* stored, std::vector<float>& reals) {
  const auto* levels = static_cast<const Integer*>(stored);
  each(tensor, [&](std::size_t index, std::size_t place) {
    reals[index] = dequantize(tensor, levels[place]);
  });
}

}  // namespace

std::vector<BorderTensor> find_inputs(const Api& api, Subgraph* graph, const std::string& model,
                                      const std::vector<TensorSpec>& wanted) {
  return find(api, graph, {"input", api.count_inputs, api.get_input}, model, wanted);
}

std::vector<BorderTensor> find_outputs(const Api& api, Subgraph* graph, const std::string& model,
                                       const std::vector<TensorSpec>& wanted) {
  return find(api, graph, {"output", api.count_outputs, api.get_output}, model, wanted);
}

bool is_bytes(const BorderTensor& tensor) { return tensor.type.element != kFloat32; }

std::uint8_t quantize(const BorderTensor& tensor, float real) {
  if (tensor.type.element == kUint8) return rounded<std::uint8_t>(tensor, real);
  return static_cast<std::uint8_t>(rounded<std::int8_t>(tensor, real));
}

void store(const BorderTensor& tensor, const std::vector<float>& reals, void* stored) {
  switch (tensor.type.element) {
    case kInt8:
      return store_integers<std::int8_t>(tensor, reals, stored);
    case kUint8:
      return store_integers<std::uint8_t>(tensor, reals, stored);
    default:
      auto* floats = static_cast<float*>(stored);
      each(tensor, [&](std::size_t i, std::size_t place) { floats[place] = reals[i]; });
  }
}

std::vector<float> load(const BorderTensor& tensor, const void* stored) {
  std::vector<float> reals(tensor.spec.size());
  switch (tensor.type.element) {
    case kInt8:
      load_integers<std::int8_t>(tensor, stored, reals);
      break;
    case kUint8:
      load_integers<std::uint8_t>(tensor, stored, reals);
      break;
    default:
      const auto* floats = static_cast<const float*>(stored);
      each(tensor, [&](std::size_t i, std::size_t place) { reals[i] = floats[place]; });
  }
  return reals;
}

}  // namespace zoo::litert
