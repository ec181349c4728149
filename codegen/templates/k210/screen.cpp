#include "screen.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace zoo {

namespace {

constexpr std::uint16_t kBoxColor = 0x07e0;       // green in RGB565
constexpr std::uint16_t kLandmarkColor = 0xffe0;  // yellow

// The pixel of a place, at the edge for one outside.
int pixel_of(double place, int count) {
  return static_cast<int>(std::clamp(std::floor(place), 0.0, count - 1.0));
}

// Fills a rectangle, edges included. The SPI sends the second pixel of a word first.
void fill(const CameraFrame& frame, int left, int top, int right, int bottom, std::uint16_t color) {
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) frame.screen[y * frame.width + (x ^ 1)] = color;
  }
}

void draw_box(const CameraFrame& frame, const double* box) {
  const int left = pixel_of(box[0], frame.width);
  const int top = pixel_of(box[1], frame.height);
  const int right = pixel_of(box[0] + box[2], frame.width);
  const int bottom = pixel_of(box[1] + box[3], frame.height);
  fill(frame, left, top, right, top, kBoxColor);
  fill(frame, left, bottom, right, bottom, kBoxColor);
  fill(frame, left, top, left, bottom, kBoxColor);
  fill(frame, right, top, right, bottom, kBoxColor);
}

}  // namespace

void draw(const CameraFrame& frame, const Finding& finding) {
  if (const Tensor* boxes = rows_of(finding, "boxes", 4)) {
    for (std::size_t i = 0; i < boxes->data.size(); i += 4) draw_box(frame, &boxes->data[i]);
  }
  if (const Tensor* landmarks = rows_of(finding, "landmarks", 2)) {
    for (std::size_t i = 0; i < landmarks->data.size(); i += 2) {
      const int x = pixel_of(landmarks->data[i] + 0.5, frame.width);
      const int y = pixel_of(landmarks->data[i + 1] + 0.5, frame.height);
      fill(frame, x, y, std::min(x + 1, frame.width - 1), y, kLandmarkColor);
    }
  }
}

}  // namespace zoo
