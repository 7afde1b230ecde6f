#pragma once

#include <concepts>
#include <cstdint>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// Over the given dims, or over all where none is given: `sum(x)`, `sum(x, 0)`, `sum(x, {0, -1})`. As in
// PyTorch, an empty list means all dims. `keepdim` leaves size-1 dims in their place. What an expanded x
// repeats is counted, and not copied.

/// Σ x. Integers and booleans are summed as int64.
Variable sum(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// Σ x / n. Floating dtypes only. Of no elements: NaN.
Variable mean(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// Σ (x − mean)² / (n − correction). Floating dtypes only. A divisor below 0 is taken as 0, as in PyTorch:
/// where n ≤ correction, the result is NaN if all x are equal, and else infinite.
Variable var(const Variable& x, const Dims& dims = {}, std::int64_t correction = 1, KeepDim keepdim = false);
/// The correction comes before keepdim: write `var(x, dims, 1, true)`.
template <std::same_as<bool> Keepdim>
Variable var(const Variable& x, const Dims& dims, Keepdim keepdim, bool = false) = delete;

/// √var, right even where var overflows or vanishes; its gradient where it is 0 is 0.
Variable std(const Variable& x, const Dims& dims = {}, std::int64_t correction = 1, KeepDim keepdim = false);
/// The correction comes before keepdim: write `std(x, dims, 1, true)`.
template <std::same_as<bool> Keepdim>
Variable std(const Variable& x, const Dims& dims, Keepdim keepdim, bool = false) = delete;

/// Undoes a broadcast: sums over what `shape` has not or has with size 1.
Variable sum_to(const Variable& x, const Shape& shape);

}  // namespace xgrad
