// Step nms: the best candidates for boxes, without those that overlap a better one.
// The numpy form is zoo/steps/nms.py; zoo/detections.py defines which remain.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Whether two boxes x0 y0 x1 y1 in 1/256 pixel are the same object.
inline bool is_same_object(const std::int64_t* a, const std::int64_t* b, int iou_percent) {
  const auto area = [](const std::int64_t* box) { return (box[2] - box[0]) * (box[3] - box[1]); };
  const std::int64_t width = std::min(a[2], b[2]) - std::max(a[0], b[0]);
  const std::int64_t height = std::min(a[3], b[3]) - std::max(a[1], b[1]);
  const std::int64_t inter = std::max<std::int64_t>(width, 0) * std::max<std::int64_t>(height, 0);
  return 100 * inter > iou_percent * (area(a) + area(b) - inter);
}

// Adds values "boxes" [N, 4] x, y, width, height in photo pixels, "scores" and "classes", and
// "labels" and "keypoints" [N, K, 2] where the candidates have them.
inline void nms(Values& values, const Frame& frame, int iou_percent, int limit, int candidates,
                bool per_class) {
  const auto& boxes_q8 = std::get<Integers>(values.at("candidate_boxes")).data;
  const auto& scores = std::get<Tensor>(values.at("candidate_scores")).data;
  const auto& classes = std::get<Integers>(values.at("candidate_classes")).data;
  const bool has_labels = values.count("candidate_labels") > 0;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(candidates)));
  std::vector<std::size_t> kept;
  for (std::size_t i : order) {
    if (kept.size() == static_cast<std::size_t>(limit)) break;
    const bool is_new = std::none_of(kept.begin(), kept.end(), [&](std::size_t k) {
      return (!per_class || classes[k] == classes[i]) &&
             is_same_object(&boxes_q8[4 * i], &boxes_q8[4 * k], iou_percent);
    });
    if (is_new) kept.push_back(i);
  }
  const Region& region = frame.region.value();
  const double origin[2] = {static_cast<double>(region.x0_q8), static_cast<double>(region.y0_q8)};
  const double scale[2] = {static_cast<double>(region.width_q8) / (256 * frame.image->width),
                           static_cast<double>(region.height_q8) / (256 * frame.image->height)};
  const auto count = static_cast<std::int64_t>(kept.size());
  const auto in_photo = [&](std::int64_t place_q8, std::size_t axis) {
    return (origin[axis] + static_cast<double>(place_q8) * scale[axis]) / 256;
  };
  Tensor boxes{{count, 4}, {}};
  Tensor kept_scores{{count}, {}};
  Integers kept_classes{{count}, {}};
  Texts labels{{count}, {}};
  for (std::size_t i : kept) {
    double edges[4];
    for (std::size_t k = 0; k < 4; ++k) edges[k] = in_photo(boxes_q8[4 * i + k], k % 2);
    boxes.data.insert(boxes.data.end(),
                      {edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]});
    kept_scores.data.push_back(scores[i]);
    kept_classes.data.push_back(classes[i]);
    if (has_labels) {
      labels.data.push_back(std::get<Texts>(values.at("candidate_labels")).data[i]);
    }
  }
  if (values.count("candidate_keypoints") > 0) {
    const auto& points_q8 = std::get<Integers>(values.at("candidate_keypoints"));
    const auto numbers = static_cast<std::size_t>(2 * points_q8.shape[1]);
    Tensor points{{count, points_q8.shape[1], 2}, {}};
    for (std::size_t i : kept) {
      for (std::size_t k = 0; k < numbers; ++k) {
        points.data.push_back(in_photo(points_q8.data[numbers * i + k], k % 2) - 0.5);
      }
    }
    values["keypoints"] = std::move(points);
  }
  values["boxes"] = std::move(boxes);
  values["scores"] = std::move(kept_scores);
  values["classes"] = std::move(kept_classes);
  if (has_labels) values["labels"] = std::move(labels);
}

}  // namespace zoo
