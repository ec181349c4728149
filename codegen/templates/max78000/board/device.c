// The board by the vendor's SDK, whose start-up has opened the console.
#include "board/device.h"

#include "board.h"
#include "led.h"
#include "mxc.h"

void device_start(void) {
  MXC_ICC_Enable(MXC_ICC0);
  MXC_SYS_Clock_Select(MXC_SYS_CLOCK_IPO);  // 100 MHz
  SystemCoreClockUpdate();
  Console_Init();  // The clock has changed.
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

static void set_led(unsigned int index, bool is_on) {
  if (is_on) {
    LED_On(index);
  } else {
    LED_Off(index);
  }
}

void device_light(bool is_on) { set_led(LED1, is_on); }

void device_signal(device_pin pin, bool is_on) { set_led((unsigned int)pin, is_on); }

uint32_t device_cycles(void) { return DWT->CYCCNT; }

uint32_t device_clock_hz(void) { return SystemCoreClock; }

void device_pause_ms(uint32_t ms) { MXC_Delay(MXC_DELAY_MSEC(ms)); }

void device_wait(const volatile uint32_t* flag) {
  while (*flag == 0) {
    // An interrupt between test and sleep would not wake it; a pending one does.
    __disable_irq();
    if (*flag == 0) MXC_LP_EnterSleepMode();
    __enable_irq();
  }
}
