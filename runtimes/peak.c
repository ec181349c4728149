// How many multiply-accumulates of bytes this processor can do, with the instructions that the
// kernels of generated C use: nothing is loaded or stored, and sums do not wait for each other.

// Each of ten sums: more than an instruction's latency times those per cycle, and few enough for
// registers. They are variables, as compilers may keep an array in memory.
#define EACH(act) act(a) act(b) act(c) act(d) act(e) act(f) act(g) act(h) act(i) act(j)
#define SUMS 10
#define KEEP(x) __asm__ volatile("" : REGISTER(x));

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

typedef enum { NOT_KNOWN, ANY_X86, WITH_AVX2, WITH_AVX_VNNI, WITH_AVX512 } Processor;

#define REGISTER(x) "+v"(x)

static Processor processor(void) {
#ifdef NETWORK_PROCESSOR
  return NETWORK_PROCESSOR;
#else
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl")) {
    return WITH_AVX512;
  }
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return ANY_X86;
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1 << 4) ? WITH_AVX_VNNI : WITH_AVX2;
#endif
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static double avx512(long rounds) {
  const __m512i inputs = _mm512_set1_epi8(1), weights = _mm512_set1_epi8(2);
#define ZERO(sum) __m512i sum = _mm512_setzero_si512();
#define ADD(sum) sum = _mm512_dpbusd_epi32(sum, inputs, weights);
  EACH(ZERO)
  for (long round = 0; round < rounds; ++round) {
    EACH(ADD)
    EACH(KEEP)
  }
#undef ZERO
#undef ADD
  return 64.0 * SUMS * rounds;
}

#define ZERO_256(sum) __m256i sum = _mm256_setzero_si256();

// As in the kernels: older compilers do not know it, and other instructions may stand for it.
#if !defined(NETWORK_AVX_VNNI) && (__GNUC__ >= 11 || __clang_major__ >= 12)
#define NETWORK_AVX_VNNI "avx2,fma,avxvnni"
#endif

#ifdef NETWORK_AVX_VNNI
__attribute__((target(NETWORK_AVX_VNNI))) static double avx_vnni(long rounds) {
  const __m256i inputs = _mm256_set1_epi8(1), weights = _mm256_set1_epi8(2);
#define ADD(sum) sum = _mm256_dpbusd_avx_epi32(sum, inputs, weights);
  EACH(ZERO_256)
  for (long round = 0; round < rounds; ++round) {
    EACH(ADD)
    EACH(KEEP)
  }
#undef ADD
  return 32.0 * SUMS * rounds;
}
#else
static double avx_vnni(long rounds) { return 0.0 * rounds; }
#endif

__attribute__((target("avx2"))) static double avx2(long rounds) {
  __m256i inputs = _mm256_set1_epi16(1);
  const __m256i weights = _mm256_set1_epi16(2);
#define ADD(sum) KEEP(inputs) sum = _mm256_add_epi32(sum, _mm256_madd_epi16(inputs, weights));
  EACH(ZERO_256)
  for (long round = 0; round < rounds; ++round) {
    EACH(ADD)
    EACH(KEEP)
  }
#undef ADD
  return 16.0 * SUMS * rounds;
}

const char* peak_instruction(void) {
  switch (processor()) {
    case WITH_AVX512:
      return "vpdpbusd of 512 bits";
    case WITH_AVX_VNNI:
      return "vpdpbusd of 256 bits";
    case WITH_AVX2:
      return "vpmaddwd of 256 bits";
    default:
      return "";
  }
}

double peak_macs(long rounds) {
  switch (processor()) {
    case WITH_AVX512:
      return avx512(rounds);
    case WITH_AVX_VNNI:
      return avx_vnni(rounds);
    case WITH_AVX2:
      return avx2(rounds);
    default:
      return 0.0;
  }
}

#elif defined(__aarch64__)

#include <arm_neon.h>
#include <sys/auxv.h>

#define REGISTER(x) "+w"(x)
#define ZERO(sum) int32x4_t sum = vdupq_n_s32(0);

static int has_dot(void) {
  return (getauxval(AT_HWCAP) & 1ul << 20) != 0;  // HWCAP_ASIMDDP
}

__attribute__((target("arch=armv8.2-a+dotprod"))) static double dot(long rounds) {
  const int8x16_t inputs = vdupq_n_s8(1), weights = vdupq_n_s8(2);
#define ADD(sum) sum = vdotq_s32(sum, inputs, weights);
  EACH(ZERO)
  for (long round = 0; round < rounds; ++round) {
    EACH(ADD)
    EACH(KEEP)
  }
#undef ADD
  return 16.0 * SUMS * rounds;
}

static double pairs(long rounds) {
  int8x8_t inputs = vdup_n_s8(1);
  const int8x8_t weights = vdup_n_s8(2);
#define ADD(sum) \
  KEEP(inputs) sum = vpadalq_s16(sum, vmlal_s8(vmull_s8(inputs, weights), inputs, weights));
  EACH(ZERO)
  for (long round = 0; round < rounds; ++round) {
    EACH(ADD)
    EACH(KEEP)
  }
#undef ADD
  return 16.0 * SUMS * rounds;
}

const char* peak_instruction(void) {
  return has_dot() ? "sdot of 128 bits" : "smull, smlal and sadalp of 128 bits";
}

double peak_macs(long rounds) { return has_dot() ? dot(rounds) : pairs(rounds); }

#else

const char* peak_instruction(void) { return ""; }

double peak_macs(long rounds) { return 0.0 * rounds; }

#endif
