#pragma once

#include <concepts>
#include <cstdint>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// Reductions over the given dims, or over all if none is given: `sum(x)`, `sum(x, 0)`, `sum(x, {0, -1})`. As
// in PyTorch, an empty list means all dims. `keepdim` leaves dims of size 1 in their place. The repeats of an
// expanded x are counted, not copied. More reductions: max.hpp, softmax.hpp, vector_norm.hpp.

/// Σ x. Integers and booleans are summed as int64.
Variable sum(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// Σ x / n. Floating dtypes only. NaN if there are no elements.
Variable mean(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// Σ (x − mean)² / (n − correction). Floating dtypes only. A divisor below 0 counts as 0, as in PyTorch: if n
/// ≤ correction, the result is NaN if all x are equal, else infinite.
Variable var(const Variable& x, const Dims& dims = {}, std::int64_t correction = 1, KeepDim keepdim = false);
/// The correction comes before keepdim: write `var(x, dims, 1, true)`.
template <std::same_as<bool> Keepdim>
Variable var(const Variable& x, const Dims& dims, Keepdim keepdim, bool = false) = delete;

/// √var, right even if var overflows or underflows. If it is 0, its gradient is 0.
Variable std(const Variable& x, const Dims& dims = {}, std::int64_t correction = 1, KeepDim keepdim = false);
/// The correction comes before keepdim: write `std(x, dims, 1, true)`.
template <std::same_as<bool> Keepdim>
Variable std(const Variable& x, const Dims& dims, Keepdim keepdim, bool = false) = delete;

/// Undoes a broadcast: x summed over the dims that `shape` does not have, or has with size 1.
Variable sum_to(const Variable& x, const Shape& shape);

}  // namespace xgrad
