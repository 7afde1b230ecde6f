#include <xgrad/core/parallel/flush_denormal.hpp>

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace xgrad {
namespace {

// The register that controls this thread's floating point operations, and its bits for denormals.
#if defined(__x86_64__)
using Word = std::uint32_t;
constexpr Word flush_bits = 0x8040;  // denormal results (flush to zero) and inputs (denormals are zeros)
Word control() { return _mm_getcsr(); }
void set_control(Word word) { _mm_setcsr(word); }
bool can_flush() { return __builtin_cpu_supports("sse3"); }
#elif defined(__aarch64__)
using Word = std::uint64_t;
constexpr Word flush_bits = Word{1} << 24;  // results and inputs
Word control() {
  Word word = 0;
  asm volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
void set_control(Word word) { asm volatile("msr fpcr, %0" ::"r"(word)); }
bool can_flush() { return true; }
#else
using Word = std::uint32_t;
constexpr Word flush_bits = 0;
Word control() { return 0; }
void set_control(Word) {}
bool can_flush() { return false; }
#endif

}  // namespace

bool set_flush_denormal(bool flush) {
  if (!can_flush()) return false;
  const Word now = control();
  const Word wanted = flush ? now | flush_bits : now & ~flush_bits;
  if (wanted != now) set_control(wanted);
  return true;
}

bool kernels::flushes_denormals() { return (control() & flush_bits) != 0; }

}  // namespace xgrad
