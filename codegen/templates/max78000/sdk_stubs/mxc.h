// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef MXC_H
#define MXC_H

#include <stdint.h>

typedef struct mxc_gpio_regs mxc_gpio_regs_t;
typedef struct mxc_uart_regs mxc_uart_regs_t;
typedef struct mxc_icc_regs mxc_icc_regs_t;

typedef enum { MXC_SYS_CLOCK_IPO } mxc_sys_system_clock_t;

typedef struct {
  volatile uint32_t CTRL;
  volatile uint32_t CYCCNT;
} DWT_Type;

typedef struct {
  volatile uint32_t DEMCR;
} CoreDebug_Type;

extern DWT_Type* DWT;
extern CoreDebug_Type* CoreDebug;
extern mxc_icc_regs_t* MXC_ICC0;
extern uint32_t SystemCoreClock;

#define DWT_CTRL_CYCCNTENA_Msk 1u
#define CoreDebug_DEMCR_TRCENA_Msk (1u << 24)
#define MXC_DELAY_MSEC(ms) ((ms) * 1000u)
#define MXC_S_GCR_PCLKDIV_CNNCLKSEL_PCLK 0u
#define MXC_S_GCR_PCLKDIV_CNNCLKDIV_DIV1 0u

void __disable_irq(void);
void __enable_irq(void);
void SystemCoreClockUpdate(void);

void MXC_ICC_Enable(mxc_icc_regs_t* icc);
int MXC_SYS_Clock_Select(mxc_sys_system_clock_t clock);
int MXC_Delay(uint32_t us);
void MXC_LP_EnterSleepMode(void);
mxc_uart_regs_t* MXC_UART_GET_UART(int index);
int MXC_UART_ReadCharacter(mxc_uart_regs_t* uart);

#endif  // MXC_H
