#pragma once

#include <xgrad/core/base/static_value.hpp>

// Row functions (loops over contiguous memory) are compiled once for each instruction set and chosen when the
// program starts, so that one binary runs on any processor and is fast on a new one. They come in tables, one
// per subject:
//
//   struct UnaryRows<T> { void (*of[...])(const T* x, T* y, int64_t n, T p, T q); };  rows/elementwise.hpp
//   rows<UnaryRows<float>>().of[i](x, y, n, p, q);                                    its use
//
// Each rows/*.cpp is built several times, with the macro XGRAD_ISA naming the instruction set. All that it
// defines but the tables stands in an unnamed namespace: an inline function with a common name, compiled with
// AVX2, could otherwise be the copy that the linker picks for everyone.

namespace xgrad::kernels {

enum class Isa { baseline, avx2, avx512, avx512_bf16, amx_bf16 };

/// The best instruction set of this processor that was compiled in, avx512 at most. XGRAD_ISA in the
/// environment asks for a lesser one: baseline, avx2 or avx512.
Isa best_isa();

/// The instruction set that products of BFloat16 run in: amx_bf16 or avx512_bf16, else best_isa(), in which
/// they are widened to float32. The first call asks the system for the registers of AMX. avx512_bf16 is
/// chosen on AMD's processors alone, from Zen 4 on: on Intel's a product took longer so than in float32.
/// XGRAD_ISA=avx512_bf16 chooses that on any processor that has it; baseline, avx2 and avx512 turn both off.
Isa bfloat16_isa();

/// The instruction set that the row functions run in: `best_isa()`, or with XGRAD_NATIVE, where all code is
/// compiled for this machine, the widest that the compiler was told to use.
Isa isa_of_rows();

/// Each rows/*.cpp specialises this for the tables of its subject.
template <class Table, Isa isa>
const Table& rows_for();

/// Specialises `rows_for` for Table<float> and Table<double>. `make<T>()` is constexpr and returns a
/// Table<T>.
#define XGRAD_ROWS(Table, make)              \
  XGRAD_ROWS_OF(Table<float>, make<float>()) \
  XGRAD_ROWS_OF(Table<double>, make<double>())
#define XGRAD_ROWS_OF(Table, made)                 \
  template <>                                      \
  const Table& rows_for<Table, Isa::XGRAD_ISA>() { \
    static constexpr Table table = made;           \
    return table;                                  \
  }

template <class Table>
const Table& rows() {
  return *static_value([]() -> const Table* {
    switch (best_isa()) {
#ifdef XGRAD_HAVE_AVX512
      case Isa::avx512:
        return &rows_for<Table, Isa::avx512>();
#endif
#ifdef XGRAD_HAVE_AVX2
      case Isa::avx2:
        return &rows_for<Table, Isa::avx2>();
#endif
      default:
        return &rows_for<Table, Isa::baseline>();
    }
  });
}

/// The table for bfloat16_isa(). For tables that are also compiled for amx_bf16 and avx512_bf16.
template <class Table>
const Table& bfloat16_rows() {
  switch (bfloat16_isa()) {
#ifdef XGRAD_HAVE_AMX_BF16
    case Isa::amx_bf16:
      return rows_for<Table, Isa::amx_bf16>();
#endif
#ifdef XGRAD_HAVE_AVX512_BF16
    case Isa::avx512_bf16:
      return rows_for<Table, Isa::avx512_bf16>();
#endif
    default:
      return rows<Table>();
  }
}

}  // namespace xgrad::kernels
