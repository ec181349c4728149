#include "core/canvas.hpp"

#include <stb_easy_font.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace zoo {

namespace {

// Layout of a vertex in stb_easy_font's buffer.
struct Vertex {
  float x;
  float y;
  float z;
  unsigned char color[4];
};

constexpr std::size_t kVerticesPerLetter = 80;  // stb_easy_font: about 270 bytes a letter

// stb_easy_font takes char* but only reads, and only has ASCII letters.
std::vector<char> as_font_input(const std::string& text) {
  std::vector<char> letters(text.begin(), text.end());
  const auto is_unknown = [](char letter) {
    return letter != '\n' && (letter < ' ' || letter > '~');
  };
  std::replace_if(letters.begin(), letters.end(), is_unknown, '?');
  letters.push_back('\0');
  return letters;
}

}  // namespace

void Canvas::blend(int x, int y, const Color& color, double opacity) {
  if (x < 0 || y < 0 || x >= image_.width || y >= image_.height) return;
  std::uint8_t* pixel =
      &image_.pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) +
                      static_cast<std::size_t>(x)) *
                     3];
  for (std::size_t c = 0; c < 3; ++c) {
    pixel[c] = static_cast<std::uint8_t>(pixel[c] + (color[c] - pixel[c]) * opacity + 0.5);
  }
}

void Canvas::disc(double x, double y, double radius, const Color& color) {
  if (!std::isfinite(x) || !std::isfinite(y)) return;
  if (std::fabs(x) > 1e6 || std::fabs(y) > 1e6) return;
  for (int row = static_cast<int>(y - radius); row <= static_cast<int>(y + radius) + 1; ++row) {
    for (int column = static_cast<int>(x - radius); column <= static_cast<int>(x + radius) + 1;
         ++column) {
      const double distance = std::sqrt((column - x) * (column - x) + (row - y) * (row - y));
      blend(column, row, color, std::clamp(radius + 0.5 - distance, 0.0, 1.0));
    }
  }
}

void Canvas::fill(int left, int top, int width, int height, const Color& color, double opacity) {
  const int bottom = std::min(top + height, image_.height);
  const int right = std::min(left + width, image_.width);
  for (int y = std::max(top, 0); y < bottom; ++y) {
    for (int x = std::max(left, 0); x < right; ++x) blend(x, y, color, opacity);
  }
}

void Canvas::outline(int left, int top, int width, int height, int thickness, const Color& color) {
  fill(left, top, width, thickness, color, 1);
  fill(left, top + height - thickness, width, thickness, color, 1);
  fill(left, top, thickness, height, color, 1);
  fill(left + width - thickness, top, thickness, height, color, 1);
}

void Canvas::write(int x, int y, const std::string& text, int scale, const Color& color) {
  std::vector<char> letters = as_font_input(text);
  std::vector<Vertex> vertices(text.size() * kVerticesPerLetter);
  const int size_bytes = static_cast<int>(vertices.size() * sizeof(Vertex));
  const int quads = stb_easy_font_print(0, 0, letters.data(), nullptr, vertices.data(), size_bytes);
  // A quad is a rectangle; its first vertex is the upper left one, its third the lower right one.
  for (std::size_t i = 0; i < 4 * static_cast<std::size_t>(quads); i += 4) {
    const Vertex& low = vertices[i];
    const Vertex& high = vertices[i + 2];
    fill(x + static_cast<int>(low.x) * scale, y + static_cast<int>(low.y) * scale,
         static_cast<int>(high.x - low.x) * scale, static_cast<int>(high.y - low.y) * scale, color,
         1);
  }
}

std::array<int, 2> text_size(const std::string& text) {
  std::vector<char> letters = as_font_input(text);
  return {stb_easy_font_width(letters.data()), stb_easy_font_height(letters.data())};
}

}  // namespace zoo
