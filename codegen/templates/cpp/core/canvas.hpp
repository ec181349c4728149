// Draws into an RGB image, clipped to it. Coordinates: pixel centres at integers.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

using Color = std::array<std::uint8_t, 3>;

class Canvas {
 public:
  explicit Canvas(Image& image) : image_(image) {}

  // A filled circle with soft edges.
  void disc(double x, double y, double radius, const Color& color);

  // A filled rectangle; opacity 0..1.
  void fill(int left, int top, int width, int height, const Color& color, double opacity);

  // Four lines of a given thickness along the inside of a rectangle's edges.
  void outline(int left, int top, int width, int height, int thickness, const Color& color);

  // Lines of text, `scale` pixels for each of the font's; x, y: upper left corner.
  void write(int x, int y, const std::string& text, int scale, const Color& color);

 private:
  void blend(int x, int y, const Color& color, double opacity);

  Image& image_;
};

// Width and height of a text in the font's pixels.
std::array<int, 2> text_size(const std::string& text);

}  // namespace zoo
