#include "core/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/canvas.hpp"
#include "core/files.hpp"
#include "core/image_file.hpp"

namespace zoo {

namespace {

constexpr Color kBoxColor = {255, 200, 0};
constexpr Color kPointColor = {60, 255, 90};
constexpr Color kInk = {0, 0, 0};
constexpr Color kPaper = {255, 255, 255};

// Values of more numbers are no text for a picture, and small pictures have no room for any.
constexpr std::size_t kNumbersMax = 4;
constexpr int kWidthForText = 320;

// Lines "ear 0.31" of the short values.
std::string caption(const Face& face) {
  std::string text;
  for (const auto& [name, value] : face.values) {
    if (value.data.size() > kNumbersMax) continue;
    text += (text.empty() ? "" : "\n") + name;
    for (double number : value.data) {
      char digits[32];
      std::snprintf(digits, sizeof digits, " %.2f", number);
      text += digits;
    }
  }
  return text;
}

// The text on a dark ground below the box, or as low as the picture allows.
void write_caption(Canvas& canvas, const Image& image, const Face& face) {
  const std::string text = caption(face);
  if (text.empty() || image.width < kWidthForText) return;
  const int scale = std::max(1, image.width / 800);
  const auto [width, height] = text_size(text);
  const int pad = 3 * scale;
  const int full_width = width * scale + 2 * pad;
  const int full_height = height * scale + 2 * pad;
  const int left =
      std::clamp(static_cast<int>(face.box.x), 0, std::max(0, image.width - full_width));
  const int below = static_cast<int>(face.box.y + face.box.height) + pad;
  const int top = std::clamp(below, 0, std::max(0, image.height - full_height));
  canvas.fill(left, top, full_width, full_height, kInk, 0.6);
  canvas.write(left + pad, top + pad, text, scale, kPaper);
}

double longer_side(const Face& face) { return std::max(face.box.width, face.box.height); }

void draw_box(Canvas& canvas, const Face& face) {
  const auto rounded = [](double value) { return static_cast<int>(std::lround(value)); };
  canvas.outline(rounded(face.box.x), rounded(face.box.y), rounded(face.box.width),
                 rounded(face.box.height), std::max(1, rounded(longer_side(face) / 150)),
                 kBoxColor);
}

void draw_landmarks(Canvas& canvas, const Face& face) {
  const Tensor* landmarks = landmarks_of(face);
  if (landmarks == nullptr) return;
  const std::vector<double>& xy = landmarks->data;
  const double radius = std::max(0.7, longer_side(face) / 120);
  for (std::size_t i = 0; i < xy.size(); i += 2) canvas.disc(xy[i], xy[i + 1], radius + 1, kInk);
  for (std::size_t i = 0; i < xy.size(); i += 2) canvas.disc(xy[i], xy[i + 1], radius, kPointColor);
}

}  // namespace

Image draw(const Photo& photo, const std::vector<Face>& faces) {
  Image image = *photo.image;
  Canvas canvas(image);
  for (const Face& face : faces) write_caption(canvas, image, face);
  for (const Face& face : faces) draw_box(canvas, face);
  for (const Face& face : faces) draw_landmarks(canvas, face);
  return image;
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
