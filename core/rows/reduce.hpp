#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Reductions of contiguous rows. Short stretches are summed in T and their sums in double, so the sum of
/// millions of float32 is as accurate as the sum of a few.
template <class T>
struct ReduceRows {
  void (*sum_row)(const T* x, std::int64_t n, double* total);  ///< total += Σ x
  /// totals[j] += Σ_i x[i · step + j] for `rows` rows of n.
  void (*sum_rows)(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, double* totals);
  /// sum += Σ (x − center), squares += Σ (x − center)².
  void (*distances_row)(const T* x, std::int64_t n, double center, double* sum, double* squares);
  /// The same for each of n columns.
  void (*distances_rows)(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n,
                         const double* centers, double* sums, double* squares);
  double (*sum_of_squares)(const T* x, std::int64_t n);  ///< Σ x², in double
  /// y[j] += Σ_i x[which[i] · step + j] for `count` rows of n, summed in double and rounded once.
  void (*add_chosen_rows)(const T* x, const std::uint32_t* which, std::int64_t count, std::int64_t step,
                          std::int64_t n, T* y);
  void (*max_row)(const T* x, std::int64_t n, T* best);  ///< best = max(best, x); NaN if there is one
  void (*max_rows)(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, T* best);
  void (*min_row)(const T* x, std::int64_t n, T* best);  ///< best = min(best, x); NaN if there is one
  void (*min_rows)(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, T* best);
};

}  // namespace xgrad::kernels
