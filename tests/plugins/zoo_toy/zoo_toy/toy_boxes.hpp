// Step toy_boxes: a box with a label for each column of the region that has a high score.
// The numpy form is toy_boxes.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Adds values "boxes" [N, 4], "labels" [N] and "columns" [N].
inline void toy_boxes(Values& values, const Frame& frame, const std::string& output,
                      const std::vector<std::string>& names) {
  const std::vector<double>& scores = std::get<Tensor>(values.at(output)).data;
  const Region& region = frame.region.value();
  const auto x0 = static_cast<double>(region.x0_q8);
  const auto width = static_cast<double>(region.width_q8);
  const auto count = static_cast<double>(scores.size());
  const auto edge = [&](std::size_t i) {
    return (x0 + static_cast<double>(i) * width / count) / 256;
  };
  const double y = static_cast<double>(region.y0_q8) / 256;
  const double height = static_cast<double>(region.height_q8) / 256;
  Tensor boxes{{0, 4}, {}};
  Texts labels{{0}, {}};
  Integers columns{{0}, {}};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!(scores[i] > 0)) continue;
    boxes.data.insert(boxes.data.end(), {edge(i), y, edge(i + 1) - edge(i), height});
    labels.data.push_back(names[i % names.size()]);
    columns.data.push_back(static_cast<std::int64_t>(i));
  }
  boxes.shape[0] = labels.shape[0] = columns.shape[0] =
      static_cast<std::int64_t>(columns.data.size());
  values["boxes"] = boxes;
  values["labels"] = labels;
  values["columns"] = columns;
}

}  // namespace zoo
