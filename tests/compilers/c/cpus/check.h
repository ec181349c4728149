// What a platform provides, and what it calls.
#ifndef CHECK_H
#define CHECK_H

// Writes a text; ends with a zero.
void put(const char* text);

// Runs the network on pseudo-random inputs and puts a hash of its outputs.
void check(void);

#endif  // CHECK_H
