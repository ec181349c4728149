#include "core/backend.hpp"

namespace zoo {

std::size_t TensorSpec::size() const {
  std::size_t size = 1;
  for (std::int64_t n : shape) size *= static_cast<std::size_t>(n);
  return size;
}

std::string describe(const TensorSpec& tensor) {
  std::string text = "'" + tensor.name + "' [";
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += tensor.shape[i] < 0 ? "N" : std::to_string(tensor.shape[i]);
  }
  return text + "]";
}

}  // namespace zoo
