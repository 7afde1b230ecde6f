#include <xgrad/core/ops/number.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Tensor number_beside(const Variable& x, Scalar value, const char* op) {
  check_defined(op, {x});
  return is_floating(x.dtype()) ? full({}, value, x.dtype()) : full({}, value);
}

}  // namespace xgrad
