#include "core/mask_view.hpp"

#include <algorithm>

namespace zoo {

namespace {

constexpr double kOpacity = 0.5;

// A value of a type, null where there is none of this name.
template <class Array>
const Array* value_of(const Finding& finding, const char* name, std::size_t axes) {
  const auto found = finding.values.find(name);
  if (found == finding.values.end()) return nullptr;
  const Array* array = std::get_if<Array>(&found->second);
  return array != nullptr && array->shape.size() == axes ? array : nullptr;
}

bool is_black(const Color& color) { return color == Color{}; }

}  // namespace

std::optional<MaskView> mask_of(const Finding& finding) {
  const auto* runs = value_of<Integers>(finding, "mask", 2);
  const auto* size = value_of<Integers>(finding, "mask_size", 1);
  const auto* box = value_of<Tensor>(finding, "mask_box", 1);
  const auto* colors = value_of<Integers>(finding, "mask_colors", 2);
  if (runs == nullptr || size == nullptr || box == nullptr || colors == nullptr) return {};
  const double columns = static_cast<double>(size->data.at(1));
  MaskView mask{runs,
                static_cast<std::size_t>(size->data.at(1)),
                static_cast<int>(box->data.at(0)),
                static_cast<int>(box->data.at(1)),
                static_cast<int>(box->data.at(2) / columns),
                {}};
  for (std::size_t i = 0; i + 2 < colors->data.size(); i += 3) {
    const auto channel = [&](std::size_t c) {
      return static_cast<std::uint8_t>(colors->data[i + c]);
    };
    mask.colors.push_back({channel(0), channel(1), channel(2)});
  }
  return mask;
}

void MaskView::paint(Canvas& canvas) const {
  std::size_t pixel = 0;
  for (std::size_t i = 0; i + 1 < runs->data.size(); i += 2) {
    const Color& color = colors.at(static_cast<std::size_t>(runs->data[i]));
    const std::size_t end = pixel + static_cast<std::size_t>(runs->data[i + 1]);
    while (pixel < end) {
      const std::size_t row = pixel / columns;
      const std::size_t next = std::min(end, (row + 1) * columns);
      const auto count = static_cast<int>(next - pixel);
      if (!is_black(color)) {
        canvas.fill(x + static_cast<int>(pixel % columns) * side, y + static_cast<int>(row) * side,
                    count * side, side, color, kOpacity);
      }
      pixel = next;
    }
  }
}

}  // namespace zoo
