#pragma once

// A batch of 16 bytes, made of the compiler's own vectors (GCC, Clang): SSE2 on x86, NEON on ARM, and SIMD in
// WebAssembly. It serves where xsimd is missing. For rows/batch.hpp only.

#include <cmath>
#include <cstddef>
#include <cstdint>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace xgrad::kernels {
namespace {

template <class T>
struct VectorOfBatch {
  typedef T type __attribute__((vector_size(16)));
};

/// A truth value for each lane of a Batch<T>: all bits are set, or none.
template <class T>
struct BatchBool {
  using Vector = typename VectorOfBatch<T>::type;
  using Bits = decltype(Vector() < Vector());
  Bits bits;
  friend BatchBool operator|(BatchBool a, BatchBool b) { return {a.bits | b.bits}; }
};

template <class T>
struct Batch {
  using Vector = typename VectorOfBatch<T>::type;
  static constexpr std::size_t size = 16 / sizeof(T);
  Vector vector;

  Batch() = default;
  Batch(Vector lanes) : vector(lanes) {}
  Batch(T number) {
    if constexpr (size == 4) {
      vector = Vector{number, number, number, number};
    } else {
      vector = Vector{number, number};
    }
  }
  friend Batch operator+(Batch a, Batch b) { return a.vector + b.vector; }
  friend Batch operator-(Batch a, Batch b) { return a.vector - b.vector; }
  friend Batch operator*(Batch a, Batch b) { return a.vector * b.vector; }
  friend Batch operator/(Batch a, Batch b) { return a.vector / b.vector; }
  friend Batch operator-(Batch a) { return -a.vector; }
  Batch& operator+=(Batch b) { return *this = *this + b; }
  Batch& operator*=(Batch b) { return *this = *this * b; }
  friend BatchBool<T> operator<(Batch a, Batch b) { return {a.vector < b.vector}; }
  friend BatchBool<T> operator<=(Batch a, Batch b) { return {a.vector <= b.vector}; }
  friend BatchBool<T> operator>(Batch a, Batch b) { return {a.vector > b.vector}; }
  friend BatchBool<T> operator==(Batch a, Batch b) { return {a.vector == b.vector}; }
  friend BatchBool<T> operator!=(Batch a, Batch b) { return {a.vector != b.vector}; }
  friend Batch select(BatchBool<T> condition, Batch a, Batch b) {
    return condition.bits ? a.vector : b.vector;
  }
  friend Batch fma(Batch a, Batch b, Batch c) { return a.vector * b.vector + c.vector; }
#ifdef __wasm_simd128__
  // From a comparison, Clang makes f32x4.max, which takes eight instructions of x86, not f32x4.pmax's one.
  friend Batch max(Batch a, Batch b) {
    if constexpr (size == 4) return Vector(wasm_f32x4_pmax(b.vector, a.vector));
    if constexpr (size == 2) return Vector(wasm_f64x2_pmax(b.vector, a.vector));
  }
  friend Batch min(Batch a, Batch b) {
    if constexpr (size == 4) return Vector(wasm_f32x4_pmin(b.vector, a.vector));
    if constexpr (size == 2) return Vector(wasm_f64x2_pmin(b.vector, a.vector));
  }
  friend Batch sqrt(Batch a) {
    if constexpr (size == 4) return Vector(wasm_f32x4_sqrt(a.vector));
    if constexpr (size == 2) return Vector(wasm_f64x2_sqrt(a.vector));
  }
#else
  friend Batch max(Batch a, Batch b) { return a.vector > b.vector ? a.vector : b.vector; }
  friend Batch min(Batch a, Batch b) { return a.vector < b.vector ? a.vector : b.vector; }
  friend Batch sqrt(Batch a) {
    for (std::size_t k = 0; k < size; ++k) a.vector[k] = std::sqrt(a.vector[k]);
    return a;
  }
#endif
};

/// How many numbers a batch holds.
template <class T>
constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);

template <class T>
inline Batch<T> load(const T* x) {
  Batch<T> lanes;
  __builtin_memcpy(&lanes.vector, x, sizeof lanes.vector);
  return lanes;
}
template <class T>
inline void store(T* y, const Batch<T>& value) {
  __builtin_memcpy(y, &value.vector, sizeof value.vector);
}
// In halves, as in batch_xsimd.hpp.
template <class T>
inline T sum_of(const Batch<T>& value) {
  const auto x = value.vector;
  if constexpr (width<T> == 4) {
    return (x[0] + x[2]) + (x[1] + x[3]);
  } else {
    return x[0] + x[1];
  }
}
template <class T>
inline T max_of(const Batch<T>& value) {
  const auto larger = [](T a, T b) { return a > b ? a : b; };
  const auto x = value.vector;
  if constexpr (width<T> == 4) {
    return larger(larger(x[0], x[2]), larger(x[1], x[3]));
  } else {
    return larger(x[0], x[1]);
  }
}
template <class T>
inline BatchBool<T> is_nan(const Batch<T>& x) {
  return x != x;
}
template <class T>
inline bool any_of(const BatchBool<T>& condition) {
  std::int64_t halves[2];
  __builtin_memcpy(halves, &condition.bits, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// True in the first n lanes.
template <class T>
inline BatchBool<T> first_lanes(std::int64_t n) {
  using Bits = typename BatchBool<T>::Bits;
  if constexpr (sizeof(T) == 4) {
    const auto count = static_cast<int>(n);
    return {Bits{0, 1, 2, 3} < Bits{count, count, count, count}};
  } else {
    return {Bits{0, 1} < Bits{n, n}};
  }
}

/// The end of a row: n elements, at most a batch; `filling` in the other lanes.
template <class T>
inline Batch<T> load_part(const T* x, std::int64_t n, T filling) {
  if (n == width<T>) return load<T>(x);
  Batch<T> part(filling);
  part.vector[0] = x[0];
  if constexpr (width<T> == 4) {
    if (n > 1) part.vector[1] = x[1];
    if (n > 2) part.vector[2] = x[2];
  }
  return part;
}
template <class T>
inline void store_part(T* y, const Batch<T>& value, std::int64_t n) {
  if (n == width<T>) return store<T>(y, value);
  y[0] = value.vector[0];
  if constexpr (width<T> == 4) {
    if (n > 1) y[1] = value.vector[1];
    if (n > 2) y[2] = value.vector[2];
  }
}

/// value in the first n lanes, `filling` in the others.
template <class T>
inline Batch<T> keep_part(const Batch<T>& value, std::int64_t n, T filling) {
  return select(first_lanes<T>(n), value, Batch<T>(filling));
}

/// value in those of the first n lanes whose flag is set, `filling` in the others.
template <class T>
inline Batch<T> keep_flagged(const Batch<T>& value, const bool* flags, std::int64_t n, T filling) {
  using Bits = typename BatchBool<T>::Bits;
  std::uint32_t word = 0;  // flag k is bit 8k
  if (n == width<T>) {
    __builtin_memcpy(&word, flags, width<T>);
  } else {
    word = flags[0];
    if (n > 1) word |= std::uint32_t(flags[1]) << 8;
    if (n > 2) word |= std::uint32_t(flags[2]) << 16;
  }
  Bits set;
  if constexpr (width<T> == 4) {
    const auto flag = static_cast<int>(word);
    set = Bits{flag, flag, flag, flag} & Bits{1, 1 << 8, 1 << 16, 1 << 24};
  } else {
    set = Bits{word, word} & Bits{1, 1 << 8};
  }
  return select(BatchBool<T>{set != 0}, value, Batch<T>(filling));
}

// 2ⁿ for integers n from −127 to 127, 2⁻¹²⁷ taken as 0: the exponent of a float, put in its place. In the sum
// with 1.5 · 2^23, n is in the last bits.
inline Batch<float> power_of_two(const Batch<float>& n) {
  typedef std::uint32_t Bits __attribute__((vector_size(16)));
  const Batch<float> shifted = n + Batch<float>(12582912);
  Bits bits;
  __builtin_memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (127u << 23);
  Batch<float> power;
  __builtin_memcpy(&power, &bits, sizeof bits);
  return power;
}

}  // namespace
}  // namespace xgrad::kernels
