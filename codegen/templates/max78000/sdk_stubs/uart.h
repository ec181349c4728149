// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef UART_H
#define UART_H

typedef struct mxc_uart_regs mxc_uart_regs_t;

mxc_uart_regs_t* MXC_UART_GET_UART(int index);
int MXC_UART_ReadCharacter(mxc_uart_regs_t* uart);

#endif  // UART_H
