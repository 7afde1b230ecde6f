#pragma once

#include <concepts>
#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Sums of products in Einstein's notation, as in PyTorch and NumPy: `einsum("bqd,bkd->bqk", {q, k})`.
/// Letters name each operand's dims; spaces do not count. A letter in several operands multiplies them along
/// that dim, and a letter that the result does not name is summed over. Sizes of 1 broadcast. A letter twice
/// in one operand takes a diagonal: "ii->i", and "ii" is the trace. `...` stands for any number of dims,
/// which broadcast from the back: "...ij,...jk->...ik". Where the result does not name them, they are summed
/// over. Without `->`, the result has the dims of `...` and then the letters that occur once, in alphabetical
/// order. Operands are combined from left to right, as matrix products where something is summed. Throws,
/// naming the equation and the shapes, if it does not fit the operands, or if a product would have more than
/// 8 dims.
Variable einsum(std::string_view equation, const std::vector<Variable>& operands);

/// The operands one by one: `einsum("bqd,bkd->bqk", q, k)`.
template <class... Operands>
requires(sizeof...(Operands) > 0 && (std::convertible_to<const Operands&, Variable> && ...)) Variable
    einsum(std::string_view equation, const Operands&... operands) {
  return einsum(equation, std::vector<Variable>{Variable(operands)...});
}

}  // namespace xgrad
