#pragma once

#include <optional>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

/// x repeated, `times` in each dim. More times than x has dims count for new dims in front.
Variable repeat(const Variable& x, const Shape& times);
/// Each element along `dim` repeated in its place: (a, b) becomes (a, a, b, b) with 2 repeats. Without a dim,
/// x is flattened first.
Variable repeat_interleave(const Variable& x, std::int64_t repeats, std::optional<Dim> dim = {});
/// Element i along `dim` repeated repeats[i] times. The repeats are int64, one for each element or one for
/// all, and not negative.
Variable repeat_interleave(const Variable& x, const Variable& repeats, std::optional<Dim> dim = {});
/// The elements moved by shifts[i] places along dims[i]. What leaves at the end comes back at the start:
/// y[(j + shift) mod n] = x[j]. With one shift and no dims, x is rolled as if it were flat.
Variable roll(const Variable& x, const Shape& shifts, const Shape& dims = {});
/// The elements in reverse order along each of `dims`.
Variable flip(const Variable& x, const Shape& dims);

/// The lower triangle of the last two dims, 0 elsewhere: element (i, j) is kept if j ≤ i + diagonal.
Variable tril(const Variable& x, std::int64_t diagonal = 0);
/// The upper triangle of the last two dims, 0 elsewhere: element (i, j) is kept if j ≥ i + diagonal.
Variable triu(const Variable& x, std::int64_t diagonal = 0);

}  // namespace xgrad
