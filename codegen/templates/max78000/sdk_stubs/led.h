// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef LED_H
#define LED_H

void LED_On(unsigned int idx);
void LED_Off(unsigned int idx);

#endif  // LED_H
