// A program of Linux.
#include <stdio.h>

#include "check.h"

void put(const char* text) { fputs(text, stdout); }

int main(void) {
  check();
  return 0;
}
