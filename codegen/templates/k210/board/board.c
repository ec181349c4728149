// Clocks of the MAIX Dock: the CPU at 400 MHz, the KPU at 400 MHz.
#include "board/board.h"

#include "plic.h"
#include "sysctl.h"

enum { CPU_PLL_HZ = 800000000, KPU_PLL_HZ = 400000000 };

const bool board_prints_outputs = false;

void board_start(void) {
  sysctl_pll_set_freq(SYSCTL_PLL0, CPU_PLL_HZ);  // the CPU has half of it
  sysctl_pll_set_freq(SYSCTL_PLL1, KPU_PLL_HZ);
  sysctl_clock_enable(SYSCTL_CLOCK_AI);
  // Camera and screen are wired for 1.8 V.
  sysctl_set_power_mode(SYSCTL_POWER_BANK6, SYSCTL_POWER_V18);
  sysctl_set_power_mode(SYSCTL_POWER_BANK7, SYSCTL_POWER_V18);
  sysctl_set_spi0_dvp_data(1);  // they have the data pins of both
  plic_init();
  sysctl_enable_irq();
}
