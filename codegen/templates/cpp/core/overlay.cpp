#include "core/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "core/canvas.hpp"
#include "core/caption.hpp"
#include "core/files.hpp"
#include "core/image_file.hpp"
#include "core/mask_view.hpp"

namespace zoo {

namespace {

constexpr Color kBoxColor = {255, 200, 0};
constexpr Color kFoundColor = {60, 255, 90};
constexpr Color kInk = {0, 0, 0};
constexpr Color kPaper = {255, 255, 255};

// Small pictures have no room for text.
constexpr int kWidthForText = 320;

// The values of more regions would cover each other, and the objects.
constexpr std::size_t kRegionsForText = 4;

// Anything farther away, in pixels, is not drawn.
constexpr double kFarthest = 1e6;

int text_scale(const Image& image) { return std::max(1, image.width / 800); }

// Text on a dark background, below and to the right of a point as far as the picture allows.
void write_text(Canvas& canvas, const Image& image, double x, double y, const std::string& text) {
  if (text.empty() || image.width < kWidthForText) return;
  const int scale = text_scale(image);
  const auto [width, height] = text_size(text);
  const int pad = 3 * scale;
  const int full_width = width * scale + 2 * pad;
  const int full_height = height * scale + 2 * pad;
  const int left = std::clamp(static_cast<int>(x), 0, std::max(0, image.width - full_width));
  const int below = static_cast<int>(y) + pad;
  const int top = std::clamp(below, 0, std::max(0, image.height - full_height));
  canvas.fill(left, top, full_width, full_height, kInk, 0.6);
  canvas.write(left + pad, top + pad, text, scale, kPaper);
}

double longer_side(const Box& box) { return std::max(box.width, box.height); }

void draw_box(Canvas& canvas, const Box& box, const Color& color) {
  const auto rounded = [](double value) { return static_cast<int>(std::lround(value)); };
  canvas.outline(rounded(box.x), rounded(box.y), rounded(box.width), rounded(box.height),
                 std::max(1, rounded(longer_side(box) / 150)), color);
}

// Points x, y of something with a box of this size.
void draw_points(Canvas& canvas, const double* first, const double* last, double side) {
  const double radius = std::max(0.7, side / 120);
  for (const double* xy = first; xy < last; xy += 2) canvas.disc(xy[0], xy[1], radius + 1, kInk);
  for (const double* xy = first; xy < last; xy += 2) canvas.disc(xy[0], xy[1], radius, kFoundColor);
}

// The boxes that the network found, with their key points and labels.
void draw_found(Canvas& canvas, const Image& image, const Finding& finding) {
  const Tensor* boxes = rows_of(finding, "boxes", 4);
  if (boxes == nullptr) return;
  const Tensor* points = points_of(finding, "keypoints");
  for (std::size_t row = 0; row < boxes->data.size() / 4; ++row) {
    const double* place = &boxes->data[4 * row];
    const auto is_near = [](double value) { return std::fabs(value) < kFarthest; };
    if (!std::all_of(place, place + 4, is_near)) continue;  // nan, too
    const Box box{place[0], place[1], place[2], place[3]};
    draw_box(canvas, box, kFoundColor);
    if (points != nullptr) {
      const auto numbers = static_cast<std::size_t>(2 * points->shape[1]);
      const double* first = points->data.data() + numbers * row;
      draw_points(canvas, first, first + numbers, longer_side(box));
    }
    write_text(canvas, image, box.x, box.y, box_label(finding, row));
  }
}

// The classes of a mask, and a legend of those that are there, in its upper left corner.
void draw_mask(Canvas& canvas, const Image& image, const Finding& finding) {
  const std::optional<MaskView> mask = mask_of(finding);
  if (!mask) return;
  mask->paint(canvas);
  if (image.width < kWidthForText) return;
  std::set<std::size_t> present;
  for (std::size_t i = 0; i < mask->runs->data.size(); i += 2) {
    present.insert(static_cast<std::size_t>(mask->runs->data[i]));
  }
  const int scale = text_scale(image);
  int top = std::max(mask->y, 0) + 3 * scale;
  for (std::size_t k : present) {
    if (mask->colors[k] == kInk) continue;
    const std::string label = class_label(finding, k);
    const auto [width, height] = text_size(label);
    const int left = std::max(mask->x, 0) + 3 * scale;
    const int line = (height + 2) * scale;
    canvas.fill(left, top, (width + 6) * scale + line, line, kInk, 0.6);
    canvas.fill(left, top, line, line, mask->colors[k], 1);
    canvas.write(left + line + 3 * scale, top + scale, label, scale, kPaper);
    top += line;
  }
}

void draw_landmarks(Canvas& canvas, const Finding& finding) {
  const Tensor* landmarks = rows_of(finding, "landmarks", 2);
  if (landmarks == nullptr) return;
  const double* first = landmarks->data.data();
  draw_points(canvas, first, first + landmarks->data.size(), longer_side(finding.box));
}

}  // namespace

Image draw(const Photo& photo, const std::vector<Finding>& findings) {
  Image image = *photo.image;
  Canvas canvas(image);
  for (const Finding& finding : findings) draw_mask(canvas, image, finding);
  for (const Finding& finding : findings) {
    if (findings.size() > kRegionsForText) break;
    const Box& box = finding.box;
    write_text(canvas, image, box.x, box.y + box.height, caption(finding));
  }
  for (const Finding& finding : findings) draw_box(canvas, finding.box, kBoxColor);
  for (const Finding& finding : findings) draw_found(canvas, image, finding);
  for (const Finding& finding : findings) draw_landmarks(canvas, finding);
  return image;
}

void write_note(Image& image, const std::string& text) {
  Canvas canvas(image);
  write_text(canvas, image, 0, 0, text);
}

std::string overlay_name(const Photo& photo) {
  if (is_picture(photo.source)) {
    return base_name(photo.source) + (lower_suffix(photo.source) == "png" ? "" : ".png");
  }
  char number[32];
  std::snprintf(number, sizeof number, "_%06d.png", photo.frame);
  return stem(photo.source) + number;
}

}  // namespace zoo
