#include <cstdlib>
#include <string_view>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {
namespace {

Isa detect() {
  Isa isa = Isa::baseline;
#if defined(XGRAD_HAVE_AVX2)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) isa = Isa::avx2;
#endif
#if defined(XGRAD_HAVE_AVX512)
  if (isa == Isa::avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512cd")) {
    isa = Isa::avx512;
  }
#endif
  const char* wish = std::getenv("XGRAD_ISA");
  if (wish && std::string_view(wish) == "baseline") return Isa::baseline;
  if (wish && std::string_view(wish) == "avx2" && isa == Isa::avx512) return Isa::avx2;
  return isa;
}

}  // namespace

Isa best_isa() {
  static const Isa isa = detect();
  return isa;
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
