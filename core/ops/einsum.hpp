#pragma once

#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Sums of products in Einstein's notation, as in PyTorch and NumPy: `einsum("bqd,bkd->bqk", {q, k})`.
/// Letters name each operand's dims; spaces do not count. A letter in several operands multiplies them along
/// that dim, and a letter that the result does not name is summed over. Without `->`, the result has the
/// letters that occur once, in alphabetical order. Sizes of 1 broadcast. A letter twice in one operand (a
/// diagonal) and
/// `...` are refused. Operands are combined from left to right, as matrix products where something is summed.
Variable einsum(std::string_view equation, const std::vector<Variable>& operands);

}  // namespace xgrad
