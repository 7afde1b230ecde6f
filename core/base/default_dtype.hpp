#pragma once

#include <optional>

#include <xgrad/core/base/dtype.hpp>

namespace xgrad {

/// The dtype of floating numbers if no dtype is given: in factories (`zeros({2})`, `randn({2})`), in literals
/// (`tensor({1.5})`), in a module's options, and where an integer Variable is divided or meets a floating
/// number. float32 at the start. A vector keeps its own: `tensor(std::vector<double>{1.5})` is float64.
DType get_default_dtype();

/// Sets the default for all threads, as PyTorch does. In a thread with a DefaultDtypeGuard, it applies after
/// the guard has ended. Throws unless the dtype is float32 or float64.
void set_default_dtype(DType dtype);

/// Sets the default in this thread while the guard lives. Guards may be nested. Throws unless the dtype is
/// float32 or float64.
class DefaultDtypeGuard {
 public:
  [[nodiscard]] explicit DefaultDtypeGuard(DType dtype);
  ~DefaultDtypeGuard();
  DefaultDtypeGuard(const DefaultDtypeGuard&) = delete;
  DefaultDtypeGuard& operator=(const DefaultDtypeGuard&) = delete;

 private:
  std::optional<DType> before_;
};

}  // namespace xgrad
