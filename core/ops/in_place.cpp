// Tensor's methods that change it in place. Each checks that the change is well defined, makes it, and raises
// the storage's version.

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check_writable(std::string_view op, const Tensor& tensor) {
  if (!tensor.defined()) fail(op, "the tensor is undefined");
  if (tensor.overlaps_itself()) {
    fail(op, "elements of this expanded tensor of shape ", tensor.shape(), " share memory; clone() it first");
  }
}

void check_fits(std::string_view op, const Tensor& tensor, const Tensor& other) {
  if (!other.defined()) fail(op, "the other tensor is undefined");
  if (!is_broadcastable_to(other.shape(), tensor.shape())) {
    fail(op, "shape ", other.shape(), " does not broadcast to ", tensor.shape());
  }
}

// `other` in the dtype of `tensor`, to update it with. A copy if the two share a storage but are not the same
// view.
Tensor operand(std::string_view op, const Tensor& tensor, const Tensor& other) {
  check_writable(op, tensor);
  check_fits(op, tensor, other);
  if (promote(op, tensor.dtype(), other.dtype()) != tensor.dtype()) {
    fail(op, "a ", other.dtype(), " result does not fit into ", tensor.dtype());
  }
  const bool same_view = other.shape() == tensor.shape() && other.strides() == tensor.strides() &&
                         other.offset() == tensor.offset();
  return other.storage() == tensor.storage() && !same_view ? other.clone().to(tensor.dtype())
                                                           : other.to(tensor.dtype());
}

void check_number(std::string_view op, const Tensor& tensor, Scalar value) {
  if (tensor.defined() && value.is_floating() && !is_floating(tensor.dtype())) {
    fail(op, "a floating number does not fit into ", tensor.dtype());
  }
}

// y += alpha · other
const Tensor& add_scaled(std::string_view op, const Tensor& y, const Tensor& other, Scalar alpha) {
  check_number(op, y, alpha);
  const Tensor x = operand(op, y, other);
  if (is_floating(y.dtype())) {
    kernels::add_into(y, x, alpha.to<double>());
  } else {
    kernels::copy(kernels::add(y, kernels::mul(x, full({}, alpha, int64))), y);
  }
  y.storage()->bump_version();
  return y;
}

const Tensor& add_number(std::string_view op, const Tensor& y, Scalar value) {
  check_number(op, y, value);
  return add_scaled(op, y, full({}, value, y.dtype()), 1);
}

}  // namespace

const Tensor& Tensor::add_(const Tensor& other, Scalar alpha) const {
  return add_scaled("add_", *this, other, alpha);
}

const Tensor& Tensor::add_(Scalar value) const { return add_number("add_", *this, value); }

const Tensor& Tensor::mul_(const Tensor& other) const {
  const Tensor x = operand("mul_", *this, other);
  if (is_floating(dtype_)) {
    kernels::mul_into(*this, x);
  } else {
    kernels::copy(kernels::mul(*this, x), *this);
  }
  storage_->bump_version();
  return *this;
}

const Tensor& Tensor::mul_(Scalar value) const {
  check_number("mul_", *this, value);
  check_writable("mul_", *this);
  if (!is_floating(dtype_)) return mul_(full({}, value, dtype_));
  kernels::scale_into(*this, value.to<double>());
  storage_->bump_version();
  return *this;
}

const Tensor& Tensor::sub_(const Tensor& other, Scalar alpha) const {
  if (dtype_ == boolean) fail("sub_", "a difference does not fit into boolean; `a & !b` and `a ^ b` do");
  return add_scaled("sub_", *this, other, -alpha);
}

const Tensor& Tensor::sub_(Scalar value) const {
  if (dtype_ == boolean) fail("sub_", "a difference does not fit into boolean; `a & !b` and `a ^ b` do");
  return add_number("sub_", *this, -value);
}

const Tensor& Tensor::div_(const Tensor& other) const {
  const Tensor x = operand("div_", *this, other);
  if (!is_floating(dtype_)) fail("div_", "a floating quotient does not fit into ", dtype_);
  kernels::copy(kernels::div(*this, x), *this);
  storage_->bump_version();
  return *this;
}

const Tensor& Tensor::div_(Scalar value) const { return div_(full({}, value, dtype_)); }

const Tensor& Tensor::copy_(const Tensor& other) const {
  check_writable("copy_", *this);
  check_fits("copy_", *this, other);
  const Tensor source = other.storage() == storage_ ? other.clone() : other;
  kernels::copy(source.expand(shape_), *this);
  storage_->bump_version();
  return *this;
}

const Tensor& Tensor::fill_(Scalar value) const {
  check_writable("fill_", *this);
  kernels::fill(*this, value);
  storage_->bump_version();
  return *this;
}

const Tensor& Tensor::zero_() const { return fill_(0); }

}  // namespace xgrad
