#include "core/caption.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace zoo {

namespace {

// Values of more items are no text for a picture.
constexpr std::size_t kItemsMax = 4;
constexpr std::size_t kClassesMax = 5;

std::string word(double number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f", number);
  return digits;
}

std::string word(std::int64_t number) { return std::to_string(number); }

std::string word(const std::string& text) { return text; }

// " 0.31 0.29" of a short value; nothing of a long one or of rows.
std::string words(const Value& value) {
  std::string text;
  const auto add = [&text](const auto& array) {
    if (array.shape.size() > 1 || array.data.size() > kItemsMax) return;
    for (const auto& item : array.data) text += " " + word(item);
  };
  std::visit(add, value);
  return text;
}

// An item of a value [N] of a type; nothing where there is none.
template <class Array>
std::string item(const Finding& finding, const std::string& name, std::size_t index) {
  const auto found = finding.values.find(name);
  if (found == finding.values.end()) return "";
  const Array* array = std::get_if<Array>(&found->second);
  const bool has_item = array != nullptr && array->shape.size() == 1 && index < array->data.size();
  return has_item ? word(array->data[index]) : "";
}

// "cat 0.93" of a label, or else "class 3 0.93" of its number; of these what there is.
std::string labelled(const std::string& label, const std::string& number,
                     const std::string& score) {
  const std::string name = !label.empty() ? label : number.empty() ? "" : "class " + number;
  return name + (name.empty() || score.empty() ? "" : " ") + score;
}

bool is_drawn_elsewhere(const Finding& finding, const std::string& name) {
  const auto is_any = [&name](std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (rows_of(finding, "boxes", 4) != nullptr && is_any({"labels", "scores", "classes"})) {
    return true;
  }
  return is_any({"top_labels", "top_classes", "top_scores"}) || name.rfind("mask_", 0) == 0;
}

}  // namespace

std::string caption(const Finding& finding) {
  std::string text;
  const auto add = [&text](const std::string& line) {
    if (!line.empty()) text += (text.empty() ? "" : "\n") + line;
  };
  for (const std::string& state : finding.states.value_or(std::vector<std::string>{})) add(state);
  for (std::size_t i = 0; i < kClassesMax; ++i) {
    add(labelled(item<Texts>(finding, "top_labels", i), item<Integers>(finding, "top_classes", i),
                 item<Tensor>(finding, "top_scores", i)));
  }
  for (const auto& [name, value] : finding.values) {
    const std::string items = is_drawn_elsewhere(finding, name) ? "" : words(value);
    if (!items.empty()) add(name + items);
  }
  return text;
}

std::string box_label(const Finding& finding, std::size_t row) {
  return labelled(item<Texts>(finding, "labels", row), item<Integers>(finding, "classes", row),
                  item<Tensor>(finding, "scores", row));
}

std::string class_label(const Finding& finding, std::size_t index) {
  return labelled(item<Texts>(finding, "mask_labels", index), std::to_string(index),
                  item<Tensor>(finding, "mask_shares", index));
}

}  // namespace zoo
