#pragma once

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// While it lives, the text of an error ends with the path to the innermost module in a scope, seen from the
/// outermost: "(in blocks.0.attention.W_q)". A `Callable` opens one around each `forward`.
class ForwardScope : public ErrorScope {
 public:
  [[nodiscard]] explicit ForwardScope(const Module& module) : module_(module) {}
  std::string place() const override;

 private:
  const Module& module_;
};

}  // namespace xgrad::nn
