// A Cortex-M without an operating system; it talks to the debugger by semihosting.
// TICK_PS: picoseconds of its timer's tick, to count instructions under qemu's -icount shift=0, where
// each takes a nanosecond.
#include <stdint.h>

#include "check.h"

// Coprocessor Access Control Register: 10 and 11 are the unit for floats and vectors.
#define CPACR (*(volatile uint32_t*)0xE000ED88)

enum { SYS_WRITE0 = 0x04, SYS_EXIT = 0x18, APPLICATION_EXIT = 0x20026 };

// System timer: 24 bits, downwards; the control register tells once that it has passed 0.
#define SYST_CSR (*(volatile uint32_t*)0xE000E010)
#define SYST_RVR (*(volatile uint32_t*)0xE000E014)
#define SYST_CVR (*(volatile uint32_t*)0xE000E018)

extern uint32_t data_begin[], data_end[], data_load[], bss_begin[], bss_end[], stack_top[];

static void semihost(uint32_t operation, uintptr_t argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register uintptr_t r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void put(const char* text) { semihost(SYS_WRITE0, (uintptr_t)text); }

#ifdef TICK_PS
static void count(void) {
  const uint32_t last = 0xFFFFFF;
  SYST_RVR = last;
  SYST_CVR = 0;
  SYST_CSR = 5;  // enabled, at the processor's clock
  check();
  const uint32_t passed = SYST_CSR >> 16 & 1 ? last + 1 : 0;
  uint64_t instructions = (uint64_t)(last - SYST_CVR + passed) * TICK_PS / 1000;
  char text[24];
  char* first = text + sizeof text;
  *--first = '\0';
  *--first = '\n';
  for (; instructions > 0; instructions /= 10) *--first = (char)('0' + instructions % 10);
  put(first);
}
#else
static void count(void) { check(); }
#endif

void reset(void) {
  CPACR |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
  const uint32_t* load = data_load;
  for (uint32_t* word = data_begin; word < data_end; ++word) *word = *load++;
  for (uint32_t* word = bss_begin; word < bss_end; ++word) *word = 0;
  count();
  semihost(SYS_EXIT, APPLICATION_EXIT);
  for (;;) {
  }
}

static void fault(void) {
  put("fault\n");
  semihost(SYS_EXIT, 0);
}

__attribute__((section(".vectors"), used)) static const void* const vectors[] = {
    stack_top, (void*)reset, (void*)fault, (void*)fault, (void*)fault, (void*)fault, (void*)fault,
};
