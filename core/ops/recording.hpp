#pragma once

#include <cstdint>

#include <xgrad/core/kernels/formula.hpp>
#include <xgrad/core/ops/symbol.hpp>

namespace xgrad {

/// While it lives, this thread's Symbols append their steps to `formula`.
class Recording {
 public:
  explicit Recording(kernels::Formula& formula);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  kernels::Formula& formula() const { return formula_; }
  std::uint64_t number() const { return number_; }  ///< no other recording has it

 private:
  kernels::Formula& formula_;
  std::uint64_t number_;
  const Recording* outer_;
};

Symbol input_symbol(int place);
Symbol symbol_of(kernels::Unary f, const Symbol& x);
Symbol symbol_of(kernels::Binary f, const Symbol& a, const Symbol& b);

}  // namespace xgrad
