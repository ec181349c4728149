// The board's clocks, camera and screen, for the standalone SDK.
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A picture: planes of red, green and blue, row by row, and the same in RGB565 for the screen.
// box: where the network looks, x, y, width and height in pixels.
typedef struct {
  int width;
  int height;
  const uint8_t* planes[3];
  uint16_t* screen;
  double box[4];
} CameraFrame;

// Whether the network's own outputs are printed, besides what is made of them.
extern const bool board_prints_outputs;

// Sets clocks, voltages and interrupts.
void board_start(void);

void camera_start(void);

// Waits for the next picture, which stays until the next call; false if there is no other.
bool camera_next(CameraFrame* frame);

void lcd_start(void);

void lcd_show(const CameraFrame* frame);

#ifdef __cplusplus
}
#endif

#endif  // BOARD_H
