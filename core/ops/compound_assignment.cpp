// x += y and its like, on Variables.

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad {
namespace {

// Whether x is changed in place: a parameter, whose other handles see the change too. While ops are recorded,
// the change would be missing on the tape.
bool is_in_place(const char* op, const Variable& x) {
  check_defined(op, {x});
  if (!x.is_leaf() || !x.requires_grad()) return false;
  if (!grad_enabled()) return true;
  fail_state(op, "a leaf of shape ", x.shape(),
             " that requires a gradient is changed while gradients are recorded; ",
             "put a NoGradGuard before the update, or make a new Variable: y = x ", op[0], " ...");
}

}  // namespace

Variable& Variable::operator+=(const Variable& y) & {
  if (!is_in_place("+=", *this)) return *this = *this + y;
  value().add_(y.value());
  return *this;
}
Variable& Variable::operator-=(const Variable& y) & {
  if (!is_in_place("-=", *this)) return *this = *this - y;
  value().sub_(y.value());
  return *this;
}
Variable& Variable::operator*=(const Variable& y) & {
  if (!is_in_place("*=", *this)) return *this = *this * y;
  value().mul_(y.value());
  return *this;
}
Variable& Variable::operator/=(const Variable& y) & {
  if (!is_in_place("/=", *this)) return *this = *this / y;
  value().div_(y.value());
  return *this;
}

Variable& Variable::operator+=(Scalar y) & {
  if (!is_in_place("+=", *this)) return *this = *this + y;
  value().add_(y);
  return *this;
}
Variable& Variable::operator-=(Scalar y) & {
  if (!is_in_place("-=", *this)) return *this = *this - y;
  value().sub_(y);
  return *this;
}
Variable& Variable::operator*=(Scalar y) & {
  if (!is_in_place("*=", *this)) return *this = *this * y;
  value().mul_(y);
  return *this;
}
Variable& Variable::operator/=(Scalar y) & {
  if (!is_in_place("/=", *this)) return *this = *this / y;
  value().div_(y);
  return *this;
}

}  // namespace xgrad
