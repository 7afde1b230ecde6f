#include <xgrad/core/kernels/compare.hpp>

#include <functional>

#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

template <class F>
Tensor compare(std::string_view op, const Tensor& a, const Tensor& b, F) {
  const DType dtype = promote(op, a.dtype(), b.dtype());
  const Tensor y = empty(broadcast_shapes(op, a.shape(), b.shape()), boolean);
  dispatch(dtype, [&]<class T>() {
    const BinaryRow<T, bool> row = [](const T* p, std::int64_t, const T* q, std::int64_t, bool* to,
                                      std::int64_t n, T, T) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = F()(p[i], q[i]);
    };
    zip_rows(a.to(dtype), b.to(dtype), y, row);
  });
  return y;
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare("eq", a, b, std::equal_to()); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare("ne", a, b, std::not_equal_to()); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare("lt", a, b, std::less()); }
Tensor le(const Tensor& a, const Tensor& b) { return compare("le", a, b, std::less_equal()); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare("gt", a, b, std::greater()); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare("ge", a, b, std::greater_equal()); }

// Each operand is true or false by itself, so their dtypes need not agree.
Tensor logical_and(const Tensor& a, const Tensor& b) {
  return compare("logical_and", a.to(boolean), b.to(boolean), std::logical_and());
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return compare("logical_or", a.to(boolean), b.to(boolean), std::logical_or());
}

Tensor logical_not(const Tensor& x) { return eq(x, full({}, 0, x.dtype())); }
Tensor isnan(const Tensor& x) { return ne(x, x); }

}  // namespace xgrad::kernels
