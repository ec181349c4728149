// The camera of the MAIX Dock, an OV2640, through the DVP: 320x240.
//
// The sensor's registers are those that its datasheet documents; everything else keeps the values
// after reset.
#include <stddef.h>

#include "board/board.h"
#include "dvp.h"
#include "fpioa.h"
#include "iomem.h"
#include "plic.h"
#include "sleep.h"

enum { WIDTH = 320, HEIGHT = 240, PIXELS = WIDTH * HEIGHT };
enum { SENSOR = 0x60, SENSOR_CLOCK_HZ = 24000000, RESET_MS = 10 };
enum { BANK = 0xff, DSP = 0, SENSOR_BANK = 1 };
enum { BOTH_INTERRUPTS = DVP_CFG_START_INT_ENABLE | DVP_CFG_FINISH_INT_ENABLE };
enum { BOTH_EVENTS = DVP_STS_FRAME_START | DVP_STS_FRAME_FINISH };

static const struct {
  int pin;
  fpioa_function_t function;
} pins[] = {
    {40, FUNC_SCCB_SDA},  {41, FUNC_SCCB_SCLK}, {42, FUNC_CMOS_RST},  {43, FUNC_CMOS_VSYNC},
    {44, FUNC_CMOS_PWDN}, {45, FUNC_CMOS_HREF}, {46, FUNC_CMOS_XCLK}, {47, FUNC_CMOS_PCLK},
};

static const uint8_t registers[][2] = {
    {BANK, SENSOR_BANK}, {0x12, 0x40},  // COM7: SVGA, 800 x 600
    {0x11, 0x00},                       // CLKRC: no division
    {BANK, DSP},         {0xe0, 0x04},  // RESET: the DVP, while the picture's size changes
    {0xc0, 0x64},                       // HSIZE8: 800 / 8
    {0xc1, 0x4b},                       // VSIZE8: 600 / 8
    {0x86, 0x3d},                       // CTRL2: window, colours, scaling
    {0x50, 0x80},                       // CTRLI: the scaler is used, without division
    {0x51, 0xc8},                       // HSIZE: 800 / 4
    {0x52, 0x96},                       // VSIZE: 600 / 4
    {0x53, 0x00},                       // XOFFL
    {0x54, 0x00},                       // YOFFL
    {0x55, 0x00},                       // VHYX: higher bits of the four before
    {0x5a, 0x50},                       // ZMOW: 320 / 4
    {0x5b, 0x3c},                       // ZMOH: 240 / 4
    {0x5c, 0x00},                       // ZMHH: higher bits of both
    {0xd3, 0x02},                       // R_DVP_SP: pixel clock
    {0xda, 0x08},                       // IMAGE_MODE: RGB565
    {0x05, 0x00},                       // R_BYPASS: the DSP is used
    {0xe0, 0x00},                       // RESET: over
};

static uint8_t* planes;
static uint16_t* screen;
static volatile bool is_done;

static int on_event(void* context) {
  (void)context;
  if (dvp_get_interrupt(DVP_STS_FRAME_FINISH)) {
    dvp_clear_interrupt(BOTH_EVENTS);
    is_done = true;
  } else {
    if (!is_done) dvp_start_convert();
    dvp_clear_interrupt(DVP_STS_FRAME_START);
  }
  return 0;
}

// Addresses of the K210's memory have 32 bits.
static uint32_t address_of(const void* place) { return (uint32_t)(uintptr_t)place; }

static void start_sensor(void) {
  dvp_sccb_send_data(SENSOR, BANK, SENSOR_BANK);
  dvp_sccb_send_data(SENSOR, 0x12, 0x80);  // COM7: reset
  msleep(RESET_MS);
  for (size_t i = 0; i < sizeof registers / sizeof registers[0]; ++i) {
    dvp_sccb_send_data(SENSOR, registers[i][0], registers[i][1]);
  }
}

void camera_start(void) {
  for (size_t i = 0; i < sizeof pins / sizeof pins[0]; ++i) {
    fpioa_set_function(pins[i].pin, pins[i].function);
  }
  planes = iomem_malloc(3 * PIXELS);  // not cached: the DVP writes past the cache
  screen = iomem_malloc(PIXELS * sizeof *screen);
  dvp_init(8);
  dvp_set_xclk_rate(SENSOR_CLOCK_HZ);
  dvp_enable_burst();
  dvp_set_image_format(DVP_CFG_RGB_FORMAT);
  dvp_set_image_size(WIDTH, HEIGHT);
  dvp_set_output_enable(DVP_OUTPUT_AI, 1);
  dvp_set_output_enable(DVP_OUTPUT_DISPLAY, 1);
  dvp_set_ai_addr(address_of(planes), address_of(planes + PIXELS), address_of(planes + 2 * PIXELS));
  dvp_set_display_addr(address_of(screen));
  dvp_disable_auto();
  start_sensor();
  is_done = true;
  plic_set_priority(IRQN_DVP_INTERRUPT, 1);
  plic_irq_register(IRQN_DVP_INTERRUPT, on_event, NULL);
  plic_irq_enable(IRQN_DVP_INTERRUPT);
  dvp_clear_interrupt(BOTH_EVENTS);
  dvp_config_interrupt(BOTH_INTERRUPTS, 1);
}

bool camera_next(CameraFrame* frame) {
  is_done = false;
  while (!is_done) {
  }
  *frame = (CameraFrame){
      .width = WIDTH,
      .height = HEIGHT,
      .planes = {planes, planes + PIXELS, planes + 2 * PIXELS},
      .screen = screen,
      .box = {0, 0, WIDTH, HEIGHT},
  };
  return true;
}
