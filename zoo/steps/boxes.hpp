// Step boxes: from a detector's outputs to candidates for boxes. The formulas are in the numpy
// form, zoo/steps/boxes.py, box_codings.py and box_scores.py.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "box_cells.hpp"
#include "box_codings.hpp"
#include "box_scores.hpp"
#include "frame.hpp"

namespace zoo {

// Adds values "candidate_boxes" [N, 4] in 1/256 pixel of the network's input, "candidate_scores"
// and "candidate_classes", "candidate_labels" if there are labels, and "candidate_keypoints"
// [N, keypoint_count, 2] if there are key points.
inline void boxes(Values& values, const Frame& frame, const std::string& coding,
                  const std::vector<std::string>& outputs, const std::vector<std::string>& scores,
                  const std::vector<std::string>& objectness, const std::string& channels,
                  int box_channel, int score_channel, int objectness_channel, int classes,
                  const std::string& activation, const std::string& combine,
                  const std::string& background, double threshold,
                  const std::vector<double>& strides,
                  const std::vector<std::vector<std::array<double, 2>>>& anchors,
                  const std::string& grid, double offset, const std::array<double, 2>& variances,
                  int bins, const std::string& order, bool normalized,
                  const std::vector<std::string>& labels, const std::vector<std::string>& keypoints,
                  int keypoint_channel, int keypoint_count, int keypoint_numbers) {
  const Image& image = *frame.image;
  const std::array<double, 2> unit = {normalized ? image.width : 1.0,
                                      normalized ? image.height : 1.0};
  const std::vector<BoxLevel> levels =
      strides.empty() ? decoded_levels(values, outputs, channels)
                      : grid_levels(strides, anchors, grid == "even", image.height, image.width);
  const auto box_numbers = static_cast<std::size_t>(coding == "distance_bins" ? 4 * bins : 4);
  Integers found{{0, 4}, {}};
  Tensor found_scores{{0}, {}};
  Integers found_classes{{0}, {}};
  Texts found_labels{{0}, {}};
  Integers found_points{{0, keypoint_count, 2}, {}};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const BoxLevel& level = levels[i];
    const ChannelReader score_of(values, scores, levels, i, channels, score_channel);
    const ChannelReader box_of(values, outputs, levels, i, channels, box_channel);
    const ChannelReader object_of(values, objectness, levels, i, channels,
                                  std::max(objectness_channel, 0));
    const ChannelReader points_of(values, keypoints, levels, i, channels, keypoint_channel);
    std::vector<double> raw(classes > 0 ? static_cast<std::size_t>(classes) : score_of.count());
    for (std::size_t cell = 0; cell < level.rows * level.columns; ++cell) {
      for (std::size_t anchor = 0; anchor < level.anchors.size(); ++anchor) {
        score_of.read(cell, anchor, raw);
        std::array<double, 1> object = {1};
        if (objectness_channel >= 0) object_of.read(cell, anchor, object);
        const ClassScore best = best_score(raw, objectness_channel >= 0 ? &object[0] : nullptr,
                                           activation, combine, background, threshold);
        if (!(best.score >= threshold)) continue;
        std::vector<double> numbers(box_numbers);
        box_of.read(cell, anchor, numbers);
        if (order == "yx") swap_axes(numbers);
        const BoxPlace place = place_of(level, cell, anchor, offset, unit, variances);
        const std::array<std::int64_t, 4> box = to_box_q8(coding, numbers, place);
        found.data.insert(found.data.end(), box.begin(), box.end());
        found_scores.data.push_back(best.score);
        found_classes.data.push_back(static_cast<std::int64_t>(best.index));
        if (!labels.empty()) found_labels.data.push_back(labels[best.index]);
        std::vector<double> points(static_cast<std::size_t>(keypoint_count * keypoint_numbers));
        points_of.read(cell, anchor, points);
        for (std::size_t k = 0; k < points.size();
             k += static_cast<std::size_t>(keypoint_numbers)) {
          for (std::size_t axis = 0; axis < 2; ++axis) {
            const double number = points[k + (order == "yx" ? 1 - axis : axis)];
            found_points.data.push_back(to_point_q8(coding, number, axis, place));
          }
        }
      }
    }
  }
  const auto count = static_cast<std::int64_t>(found_scores.data.size());
  found.shape[0] = found_scores.shape[0] = found_classes.shape[0] = count;
  found_labels.shape[0] = found_points.shape[0] = count;
  values["candidate_boxes"] = std::move(found);
  values["candidate_scores"] = std::move(found_scores);
  values["candidate_classes"] = std::move(found_classes);
  if (!labels.empty()) values["candidate_labels"] = std::move(found_labels);
  if (keypoint_count > 0) values["candidate_keypoints"] = std::move(found_points);
}

}  // namespace zoo
