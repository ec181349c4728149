// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef BOARD_H
#define BOARD_H

#define CONSOLE_UART 0

#endif  // BOARD_H
