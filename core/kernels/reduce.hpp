#pragma once

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

#include <xgrad/core/kernels/distinct.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Results are new and contiguous, and the same bit for bit for any number of threads.

// reduce.cpp
Tensor sum(const Tensor& x, DimSet dims, bool keepdim);   ///< integers and booleans as int64
Tensor prod(const Tensor& x, DimSet dims, bool keepdim);  ///< integers and booleans as int64
Tensor mean(const Tensor& x, DimSet dims, bool keepdim);  ///< floating
/// Undoes a broadcast from `shape`: x summed over the dims that `shape` does not have, or has with size 1.
/// x itself if it has that shape.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// Σ sum_of(first, n) over parts of a fixed size n of `count` elements; the last may be shorter. The threads
/// take `grain` parts at a time. The sums are added in double and in order, whatever the number of threads.
template <class SumOf>
double sum_of_parts(std::int64_t count, std::int64_t part, std::int64_t grain, const SumOf& sum_of) {
  std::vector<double> sums(static_cast<std::size_t>((count + part - 1) / part));
  parallel_for(std::ssize(sums), grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const auto sum = sum_of(p * part, std::min(part, count - p * part));
      sums[static_cast<std::size_t>(p)] = static_cast<double>(sum);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

// variance.cpp
/// Σ (x − mean)² / (n − correction), floating.
Tensor var(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim);
Tensor std(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim);  ///< √var
/// The divisor of a variance: the number of elements that become one, minus the correction; 0 if that is
/// negative, as in PyTorch.
double freedom(const Shape& shape, DimSet dims, std::int64_t correction);

// extremes.cpp
/// NaN if there is one. Throws naming `op` if one of the dims has size 0.
Tensor amax(std::string_view op, const Tensor& x, DimSet dims, bool keepdim);
Tensor amin(std::string_view op, const Tensor& x, DimSet dims, bool keepdim);
/// Along the last dim of (..., n), n ≥ 1 → (...) int64. The first of equal elements; the first NaN if there
/// is one.
Tensor argmax(const Tensor& x);
Tensor argmin(const Tensor& x);
/// Throws if `dim` has size 0, and so no `which` ("largest") element.
void check_extreme(std::string_view op, const Shape& shape, int dim, std::string_view which);

// logsumexp.cpp
/// log Σ exp(x), floating.
Tensor logsumexp(const Tensor& x, DimSet dims, bool keepdim);

}  // namespace xgrad::kernels
