// Stands in for the MAIX Dock where the firmware runs without one: pictures come from standard
// input, each as a line "WIDTH HEIGHT X Y W H", the box, and its planes of red, green and blue.
#include "board/board.h"

#include <stdio.h>
#include <stdlib.h>

const bool board_prints_outputs = true;

static uint8_t* planes;
static uint16_t* screen;

void board_start(void) {}

void camera_start(void) {}

bool camera_next(CameraFrame* frame) {
  free(planes);
  free(screen);
  planes = NULL;
  screen = NULL;
  double* const box = frame->box;
  if (scanf("%d %d %lf %lf %lf %lf", &frame->width, &frame->height, &box[0], &box[1], &box[2],
            &box[3]) != 6) {
    return false;
  }
  getchar();  // the end of the line
  const size_t pixels = (size_t)frame->width * (size_t)frame->height;
  planes = malloc(3 * pixels);
  screen = calloc(pixels + 1, sizeof *screen);  // an odd width has half a word more
  if (planes == NULL || screen == NULL) return false;
  if (fread(planes, 3, pixels, stdin) != pixels) return false;
  for (int color = 0; color < 3; ++color) frame->planes[color] = planes + (size_t)color * pixels;
  frame->screen = screen;
  return true;
}

void lcd_start(void) {}

void lcd_show(const CameraFrame* frame) { (void)frame; }
