#include <cstdlib>
#include <string_view>

#include <xgrad/core/rows/isa.hpp>

#if defined(XGRAD_HAVE_AMX_BF16) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace xgrad::kernels {
namespace {

bool wishes(std::string_view isa) {
  const char* wish = std::getenv("XGRAD_ISA");
  return wish && isa == wish;
}

#if defined(XGRAD_HAVE_AVX2) || defined(XGRAD_HAVE_AVX512_BF16)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
[[maybe_unused]] bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
}
#endif

Isa detect() {
  Isa isa = Isa::baseline;
#if defined(XGRAD_HAVE_AVX2)
  if (has_avx2()) isa = Isa::avx2;
#endif
#if defined(XGRAD_HAVE_AVX512)
  if (has_avx512()) isa = Isa::avx512;
#endif
  if (wishes("baseline")) return Isa::baseline;
  if (wishes("avx2") && isa == Isa::avx512) return Isa::avx2;
  return isa;
}

#if defined(XGRAD_HAVE_AMX_BF16) && defined(__linux__)
// A program may use AMX once Linux has granted it the memory for its registers
// (docs.kernel.org/arch/x86/xstate.html). Refused, AMX counts as missing.
bool has_amx() {
  constexpr unsigned amx_bf16 = 1U << 22, amx_tile = 1U << 24;  // in edx of leaf 7
  constexpr long request_permission = 0x1023, tile_data = 18;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx & amx_bf16) && (edx & amx_tile) &&
         syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#endif

Isa detect_bfloat16() {
#ifdef XGRAD_HAVE_AVX512_BF16
  if (!has_avx512() || !__builtin_cpu_supports("avx512bf16")) return best_isa();
  if (wishes("baseline") || wishes("avx2") || wishes("avx512")) return best_isa();
#if defined(XGRAD_HAVE_AMX_BF16) && defined(__linux__)
  if (!wishes("avx512_bf16") && has_amx()) return Isa::amx_bf16;
#endif
  if (__builtin_cpu_is("amd") || wishes("avx512_bf16")) return Isa::avx512_bf16;
#endif
  return best_isa();
}

}  // namespace

Isa best_isa() {
  return static_value([] { return detect(); });
}

Isa bfloat16_isa() {
  return static_value([] { return detect_bfloat16(); });
}

Isa isa_of_rows() {
#if defined(__AVX512F__)
  return Isa::avx512;
#elif defined(__AVX2__)
  return best_isa() == Isa::avx512 ? Isa::avx512 : Isa::avx2;
#else
  return best_isa();
#endif
}

}  // namespace xgrad::kernels
