#include <cstdlib>
#include <string_view>

#include <xgrad/core/rows/isa.hpp>

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

bool detect_bfloat16() {
#if defined(XGRAD_HAVE_AVX512_BF16)
  if (!has_avx512() || !__builtin_cpu_supports("avx512bf16")) return false;
  if (wishes("baseline") || wishes("avx2") || wishes("avx512")) return false;
  return __builtin_cpu_is("amd") || wishes("avx512_bf16");
#else
  return false;
#endif
}

}  // namespace

Isa best_isa() {
  static const Isa isa = detect();
  return isa;
}

bool has_bfloat16_products() {
  static const bool has = detect_bfloat16();
  return has;
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

[[maybe_unused]] static const Isa known_at_load = best_isa();  // before any thread can fork

}  // namespace xgrad::kernels
