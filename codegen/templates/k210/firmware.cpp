// The firmware's loop: picture, network, screen, a JSON line on the serial port.
#include <cstddef>
#include <cstdio>
#include <memory>

#include "board/board.h"
#include "core/contract.hpp"
#include "core/finding.hpp"
#include "report.hpp"
#include "screen.hpp"

namespace zoo {

namespace {

// The camera's picture, its colours side by side.
Photo photo_of(const CameraFrame& frame, int number) {
  auto image = std::make_shared<Image>();
  image->width = frame.width;
  image->height = frame.height;
  const auto pixels =
      static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height);
  image->pixels.resize(3 * pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t color = 0; color < 3; ++color) {
      image->pixels[3 * i + color] = frame.planes[color][i];
    }
  }
  return {"camera", number, image};
}

void run() {
  const Network network = load_network({}, kContract);
  CameraFrame frame;
  for (int number = 0; camera_next(&frame); ++number) {
    const Photo photo = photo_of(frame, number);
    const Finding finding =
        look(network, photo, {frame.box[0], frame.box[1], frame.box[2], frame.box[3]});
    std::printf("%s\n", record(photo, finding).c_str());
    if (board_prints_outputs) std::printf("%s\n", outputs_record(finding).c_str());
    draw(frame, finding);
    lcd_show(&frame);
  }
}

}  // namespace

}  // namespace zoo

int main() {
  board_start();
  lcd_start();
  camera_start();
  try {
    zoo::run();
  } catch (const zoo::Error& error) {
    std::printf("{\"error\": %s}\n", zoo::quoted(error.what()).c_str());
    return 1;
  }
  return 0;
}
