#include <xgrad/core/ops/pad.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Variable pad(const Variable& x, const std::vector<std::int64_t>& amounts, Scalar value) {
  check_defined("pad", {x});
  const auto count = static_cast<int>(amounts.size() / 2);
  if (amounts.size() % 2 != 0 || count > x.dim()) {
    fail("pad", "wants two amounts for each of at most ", x.dim(), " dims of shape ", x.shape(), ", got ",
         amounts.size());
  }
  Tensor from = x.value();
  Shape shape = x.shape();
  Shape before = Shape::filled(x.dim(), 0);
  for (int k = 0; k < count; ++k) {
    const int dim = x.dim() - 1 - k;
    const std::int64_t front = amounts[static_cast<std::size_t>(2 * k)];
    const std::int64_t back = amounts[static_cast<std::size_t>(2 * k + 1)], n = x.size(dim);
    const bool is_countable = !__builtin_add_overflow(n, front, &shape[dim]) &&
                              !__builtin_add_overflow(shape[dim], back, &shape[dim]);
    if (!is_countable && front >= -n && back >= -n) {
      fail("pad", "amounts ", front, " and ", back, " make dim ", dim, " of shape ", x.shape(),
           " larger than can be counted");
    }
    if (shape[dim] < 0 || front < -n || back < -n) {
      fail("pad", "amounts ", front, " and ", back, " take more away than dim ", dim, " of shape ", x.shape(),
           " has");
    }
    from = from.slice(dim, std::max<std::int64_t>(-front, 0), n - std::max<std::int64_t>(-back, 0));
    before[dim] = std::max<std::int64_t>(front, 0);
  }
  check_sizes("pad", shape);
  const Tensor y = full(shape, value, x.dtype());
  Tensor to = y;
  for (int i = 0; i < x.dim(); ++i) to = to.slice(i, before[i], before[i] + from.size(i));
  kernels::copy(from, to);
  std::vector<std::int64_t> opposite = amounts;
  for (std::int64_t& amount : opposite) amount = -amount;
  return record("pad", y, {x}, {}, [opposite](const Replay& r) -> Gradients {
    return {pad(r.grad(), opposite)};  // takes away what was added, and puts 0 where elements were taken away
  });
}

}  // namespace xgrad
