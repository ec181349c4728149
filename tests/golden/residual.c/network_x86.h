// Forms of kernels for x86 processors: which one a processor has, and the forms.
#ifndef NETWORK_X86_H
#define NETWORK_X86_H

#include <cpuid.h>
#include <immintrin.h>

typedef enum { NOT_KNOWN, ANY_X86, WITH_AVX2, WITH_AVX_VNNI, WITH_AVX512 } Processor;

#ifdef NETWORK_PROCESSOR
// Another form than this processor's, such as WITH_AVX2, to compare them.
static inline Processor processor(void) { return NETWORK_PROCESSOR; }
#else
// Asks the processor, and which registers its operating system keeps.
static Processor ask_processor(void) {
  const unsigned avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512VL;
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return ANY_X86;
  unsigned kept, high;
  __asm__("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
  if ((kept & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return ANY_X86;
  if ((kept & 0xe6) == 0xe6 && (b & avx512) == avx512 && (c & bit_AVX512VNNI)) return WITH_AVX512;
  if (!(b & bit_AVX2)) return ANY_X86;
  const unsigned avx_vnni = 1 << 4;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & avx_vnni) ? WITH_AVX_VNNI : WITH_AVX2;
}

// Returns the processor, which is asked once: under a hypervisor that takes microseconds.
static inline Processor processor(void) {
  static Processor known;
  Processor found = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (found == NOT_KNOWN) {
    found = ask_processor();
    __atomic_store_n(&known, found, __ATOMIC_RELAXED);
  }
  return found;
}
#endif

static inline int has_avx512(void) { return processor() == WITH_AVX512; }
static inline int has_avx_vnni(void) { return processor() == WITH_AVX_VNNI; }
static inline int has_avx2(void) { return processor() >= WITH_AVX2; }

// Older compilers do not know AVX-VNNI.
#if !defined(NETWORK_AVX_VNNI) && (__GNUC__ >= 11 || __clang_major__ >= 12)
#define NETWORK_AVX_VNNI "avx2,fma,avxvnni"
#endif

// What a layer computes with: constants of a function. Signed inputs become 128 larger.
typedef struct {
  int is_packed;
  int takes_signed;
  int gives_signed;
} LayerKind;

// How sums become levels: in floats, by shifts alone, by the high words of products, or in 64 bits.
typedef enum { IN_FLOATS, BY_SHIFTS, BY_HIGH_WORDS, IN_64_BITS } RescaleForm;

static inline RescaleForm rescale_form(const NetworkRescale* rescale) {
  if (rescale->fits_float) return IN_FLOATS;
  if (rescale->rounding == NETWORK_SHIFT) return BY_SHIFTS;
  return rescale->rounding == NETWORK_HIGH_WORD ? BY_HIGH_WORDS : IN_64_BITS;
}

#include "network_avx2.h"
#include "network_avx512.h"

#endif  // NETWORK_X86_H
