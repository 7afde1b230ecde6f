#pragma once

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/elementwise.hpp>

namespace xgrad {

/// An op that applies f to each element of a floating x. `keeps` and `rule` are those of `record`.
template <class RuleBody>
Variable unary(const char* op, kernels::Unary f, const Variable& x, std::initializer_list<Keep> keeps,
               RuleBody&& rule) {
  check_defined(op, {x});
  return record(op, kernels::unary(op, f, x.value()), {x}, keeps, std::forward<RuleBody>(rule));
}

}  // namespace xgrad
