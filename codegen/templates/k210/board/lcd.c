// The screen of the MAIX Dock, 320x240, an ST7789 at the eight data lines of SPI0.
#include <stddef.h>

#include "board/board.h"
#include "fpioa.h"
#include "gpiohs.h"
#include "sleep.h"
#include "spi.h"

enum { PIN_CLOCK = 39, PIN_COMMAND = 38, PIN_RESET = 37, PIN_SELECT = 36 };
enum { IO_RESET = 30, IO_COMMAND = 31 };  // high-speed GPIO
enum { CLOCK_HZ = 20000000, RESET_MS = 50, WAKE_MS = 120 };
// Commands of ST7789 (MIPI DCS).
enum {
  SOFTWARE_RESET = 0x01,
  SLEEP_OUT = 0x11,
  DISPLAY_ON = 0x29,
  SET_COLUMNS = 0x2a,
  SET_ROWS = 0x2b,
  WRITE_MEMORY = 0x2c,
  SET_DIRECTION = 0x36,
  SET_PIXEL_FORMAT = 0x3a,
};
enum { LANDSCAPE = 0x60, RGB565 = 0x55 };

// Sends units of one or four bytes.
static void send(const void* data, size_t count, spi_transfer_width_t unit) {
  spi_init(SPI_DEVICE_0, SPI_WORK_MODE_0, SPI_FF_OCTAL, 8 * (size_t)unit, 0);
  spi_init_non_standard(SPI_DEVICE_0, 8 * (uint32_t)unit, 0, 0, SPI_AITM_AS_FRAME_FORMAT);
  spi_send_data_normal_dma(DMAC_CHANNEL0, SPI_DEVICE_0, SPI_CHIP_SELECT_3, data, count, unit);
}

static void command(uint8_t code, const uint8_t* data, size_t count) {
  gpiohs_set_pin(IO_COMMAND, GPIO_PV_LOW);
  send(&code, 1, SPI_TRANS_CHAR);
  gpiohs_set_pin(IO_COMMAND, GPIO_PV_HIGH);
  if (count > 0) send(data, count, SPI_TRANS_CHAR);
}

static void set_range(uint8_t code, int count) {
  const uint8_t range[4] = {0, 0, (uint8_t)((count - 1) >> 8), (uint8_t)((count - 1) & 0xff)};
  command(code, range, sizeof range);
}

void lcd_start(void) {
  fpioa_set_function(PIN_SELECT, FUNC_SPI0_SS3);
  fpioa_set_function(PIN_CLOCK, FUNC_SPI0_SCLK);
  fpioa_set_function(PIN_RESET, (fpioa_function_t)(FUNC_GPIOHS0 + IO_RESET));
  fpioa_set_function(PIN_COMMAND, (fpioa_function_t)(FUNC_GPIOHS0 + IO_COMMAND));
  gpiohs_set_drive_mode(IO_RESET, GPIO_DM_OUTPUT);
  gpiohs_set_drive_mode(IO_COMMAND, GPIO_DM_OUTPUT);
  spi_init(SPI_DEVICE_0, SPI_WORK_MODE_0, SPI_FF_OCTAL, 8, 0);
  spi_set_clk_rate(SPI_DEVICE_0, CLOCK_HZ);
  gpiohs_set_pin(IO_RESET, GPIO_PV_LOW);
  msleep(RESET_MS);
  gpiohs_set_pin(IO_RESET, GPIO_PV_HIGH);
  msleep(RESET_MS);
  command(SOFTWARE_RESET, NULL, 0);
  msleep(WAKE_MS);
  command(SLEEP_OUT, NULL, 0);
  msleep(WAKE_MS);
  command(SET_PIXEL_FORMAT, (const uint8_t[]){RGB565}, 1);
  command(SET_DIRECTION, (const uint8_t[]){LANDSCAPE}, 1);
  command(DISPLAY_ON, NULL, 0);
}

void lcd_show(const CameraFrame* frame) {
  set_range(SET_COLUMNS, frame->width);
  set_range(SET_ROWS, frame->height);
  command(WRITE_MEMORY, NULL, 0);
  // Two pixels in a word.
  send(frame->screen, (size_t)(frame->width * frame->height / 2), SPI_TRANS_INT);
}
