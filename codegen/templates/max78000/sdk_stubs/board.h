// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef BOARD_H
#define BOARD_H

#define CONSOLE_UART 0
#define LED1 0

int Console_Init(void);

#endif  // BOARD_H
