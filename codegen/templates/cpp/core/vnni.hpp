// Whether the processor multiplies and adds bytes in one instruction (VNNI), and the system lets
// it.
#pragma once

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace zoo {

#if defined(__x86_64__)
// By the instruction itself: in programs that Zig compiles, __builtin_cpu_supports knows of
// nothing.
inline bool has_vnni() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kOsxsave = 1U << 27;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kOsxsave) == 0) return false;
  unsigned saved = 0;  // registers that the system saves
  __asm__("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
  constexpr unsigned kAvx = 0x6;
  constexpr unsigned kAvx512 = 0xe6;
  const bool has_avx512_vnni =
      __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & (1U << 11)) != 0;
  const bool has_avx_vnni = __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1U << 4)) != 0;
  return (has_avx512_vnni && (saved & kAvx512) == kAvx512) ||
         (has_avx_vnni && (saved & kAvx) == kAvx);
}
#else
inline bool has_vnni() { return false; }
#endif

}  // namespace zoo
