// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef FPIOA_H
#define FPIOA_H

typedef enum {
  FUNC_SPI0_SS3 = 15,
  FUNC_SPI0_SCLK = 17,
  FUNC_GPIOHS0 = 24,
  FUNC_CMOS_XCLK = 132,
  FUNC_CMOS_RST = 133,
  FUNC_CMOS_PWDN = 134,
  FUNC_CMOS_VSYNC = 135,
  FUNC_CMOS_HREF = 136,
  FUNC_CMOS_PCLK = 137,
  FUNC_SCCB_SCLK = 146,
  FUNC_SCCB_SDA = 147,
} fpioa_function_t;

int fpioa_set_function(int number, fpioa_function_t function);

#endif  // FPIOA_H
