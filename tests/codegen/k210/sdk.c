// The SDK's functions for a camera that always sees one picture, and a screen that goes to a file:
// the firmware ends when the second picture is shown. A timer's signal is the camera's interrupt.
#define _XOPEN_SOURCE 700  // for timers

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "dvp.h"
#include "fpioa.h"
#include "gpiohs.h"
#include "iomem.h"
#include "plic.h"
#include "sleep.h"
#include "spi.h"
#include "sysctl.h"

enum { WIDTH = 320, HEIGHT = 240, PIXELS = WIDTH * HEIGHT, PICTURES = 2, EVERY_US = 20000 };

static uint8_t memory[5 * PIXELS + 4096];
static size_t used;
static uint8_t picture[3][PIXELS];
static uint8_t* planes[3];
static uint16_t* screen;
static plic_irq_callback_t on_event;
static uint32_t events;
static int is_converting;

void* iomem_malloc(uint32_t size) {
  void* const place = memory + used;
  used += (size + 63) / 64 * 64;
  return used <= sizeof memory ? place : NULL;
}

static uint16_t rgb565(int i) {
  return (uint16_t)((picture[0][i] >> 3) << 11 | (picture[1][i] >> 2) << 5 | picture[2][i] >> 3);
}

static void frame(int signal_number) {
  (void)signal_number;
  events = DVP_STS_FRAME_START;
  on_event(NULL);
  if (!is_converting) return;
  for (int color = 0; color < 3; ++color) memcpy(planes[color], picture[color], PIXELS);
  for (int i = 0; i < PIXELS; ++i) screen[i ^ 1] = rgb565(i);
  is_converting = 0;
  events = DVP_STS_FRAME_FINISH;
  on_event(NULL);
}

void plic_init(void) {}
int plic_set_priority(plic_irq_t irq, uint32_t priority) {
  (void)irq;
  return priority > 7 ? -1 : 0;
}
void plic_irq_register(plic_irq_t irq, plic_irq_callback_t callback, void* context) {
  (void)irq;
  (void)context;
  on_event = callback;
}
int plic_irq_enable(plic_irq_t irq) {
  (void)irq;
  FILE* const file = fopen("picture.bin", "rb");
  if (file == NULL || fread(picture, sizeof picture, 1, file) != 1) exit(2);
  fclose(file);
  const struct sigaction action = {.sa_handler = frame, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  const struct itimerval every = {{0, EVERY_US}, {0, EVERY_US}};
  return setitimer(ITIMER_REAL, &every, NULL);
}

static uint32_t address_of(const void* place) { return (uint32_t)(uintptr_t)place; }

static uint8_t* at(uint32_t address) {
  for (size_t i = 0; i < sizeof memory; ++i) {
    if (address_of(memory + i) == address) return memory + i;
  }
  exit(3);
}

void dvp_init(uint8_t bits) {
  if (bits != 8) exit(4);
}
uint32_t dvp_set_xclk_rate(uint32_t hz) { return hz; }
void dvp_enable_burst(void) {}
void dvp_set_image_format(uint32_t format) {
  if (format != DVP_CFG_RGB_FORMAT) exit(5);
}
void dvp_set_image_size(uint32_t width, uint32_t height) {
  if (width != WIDTH || height != HEIGHT) exit(6);
}
void dvp_set_output_enable(dvp_output_mode_t index, int enable) {
  (void)index;
  (void)enable;
}
void dvp_set_ai_addr(uint32_t red, uint32_t green, uint32_t blue) {
  planes[0] = at(red);
  planes[1] = at(green);
  planes[2] = at(blue);
}
void dvp_set_display_addr(uint32_t address) { screen = (uint16_t*)at(address); }
void dvp_disable_auto(void) {}
void dvp_start_convert(void) { is_converting = 1; }
void dvp_config_interrupt(uint32_t interrupt, uint8_t enable) {
  (void)interrupt;
  (void)enable;
}
int dvp_get_interrupt(uint32_t event) { return (events & event) != 0; }
void dvp_clear_interrupt(uint32_t cleared) { events &= ~cleared; }
void dvp_sccb_send_data(uint8_t device, uint16_t address, uint8_t data) {
  (void)address;
  (void)data;
  if (device != 0x60) exit(7);
}

int fpioa_set_function(int pin, fpioa_function_t function) {
  (void)function;
  return pin < 48 ? 0 : -1;
}
void gpiohs_set_drive_mode(uint8_t pin, gpio_drive_mode_t mode) {
  (void)pin;
  (void)mode;
}
void gpiohs_set_pin(uint8_t pin, gpio_pin_value_t value) {
  (void)pin;
  (void)value;
}
int msleep(uint64_t ms) { return ms < 1000 ? 0 : -1; }

void spi_init(spi_device_num_t spi, spi_work_mode_t mode, spi_frame_format_t format, size_t bits,
              uint32_t endian) {
  (void)spi;
  (void)mode;
  (void)endian;
  if (format != SPI_FF_OCTAL || (bits != 8 && bits != 32)) exit(8);
}
void spi_init_non_standard(spi_device_num_t spi, uint32_t instruction, uint32_t address,
                           uint32_t wait, spi_instruction_address_trans_mode_t mode) {
  (void)spi;
  (void)instruction;
  (void)address;
  (void)wait;
  (void)mode;
}
uint32_t spi_set_clk_rate(spi_device_num_t spi, uint32_t hz) {
  (void)spi;
  return hz;
}
void spi_send_data_normal_dma(dmac_channel_number_t channel, spi_device_num_t spi,
                              spi_chip_select_t select, const void* data, size_t count,
                              spi_transfer_width_t unit) {
  static int shown;
  (void)channel;
  (void)spi;
  (void)select;
  if (unit != SPI_TRANS_INT || ++shown < PICTURES) return;
  FILE* const file = fopen("screen.bin", "wb");
  if (file == NULL || fwrite(data, (size_t)unit, count, file) != count) exit(9);
  fclose(file);
  exit(0);
}

uint32_t sysctl_pll_set_freq(sysctl_pll_t pll, uint32_t hz) {
  (void)pll;
  return hz;
}
int sysctl_clock_enable(sysctl_clock_t clock) { return clock == SYSCTL_CLOCK_AI ? 0 : -1; }
void sysctl_set_power_mode(sysctl_power_bank_t bank, sysctl_io_power_mode_t mode) {
  (void)bank;
  (void)mode;
}
uint32_t sysctl_set_spi0_dvp_data(uint8_t enable) { return enable; }
void sysctl_enable_irq(void) {}
