// The board by the vendor's SDK, whose start-up has opened the console.
#include "board/device.h"

#include "board.h"
#include "led.h"
#include "mxc_device.h"
#include "uart.h"

void device_start(void) {
  CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
  DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
}

bool device_read(uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const int byte = MXC_UART_ReadCharacter(MXC_UART_GET_UART(CONSOLE_UART));
    if (byte < 0) return false;
    bytes[i] = (uint8_t)byte;
  }
  return true;
}

void device_light(bool is_on) {
  if (is_on) {
    LED_On(LED1);
  } else {
    LED_Off(LED1);
  }
}

uint32_t device_cycles(void) { return DWT->CYCCNT; }
