// The kernels of matmul and linear against sums of broadcast products.
#include "matmul.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/matmul.hpp>

using namespace xgrad;

TEST_CASE("reference: matmul and linear are PyTorch's") {
  const auto in = [](const Tensors& inputs, std::size_t i) { return array_of<double>(inputs[i]); };
  check_golden("matmul", "bmm", [&](const Tensors& x) { return reference::matmul(in(x, 0), in(x, 1)); });
  check_golden("matmul", "matmul",
               [&](const Tensors& x) {  // a vector is a row on the left and a column on the right
                 const Tensor a = x[0].dim() == 1 ? x[0].unsqueeze(0) : x[0],
                              b = x[1].dim() == 1 ? x[1].unsqueeze(1) : x[1];
                 return reference::matmul(in({a, b}, 0), in({a, b}, 1));
               });
  check_golden("matmul", "linear",
               [&](const Tensors& x) { return reference::linear(in(x, 0), in(x, 1), in(x, 2)); });
}

// Bounds: a sum of k products, added in any order and with or without fused multiply-adds, is off by up to
// k u Σ |a| |b| (Higham 2002, section 3.1); the bias adds a rounding of the result.
TEST_CASE_TEMPLATE("matmul and linear: every size, batched and broadcast", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  Generator generator(4);
  const auto sample = [&](const Shape& shape) { return randn(shape, dtype_of<T>(), generator); };
  const auto check = [](const Tensor& a, const Tensor& b) {
    CAPTURE(a.shape());
    CAPTURE(b.shape());
    const A x = array_of<R>(a), y = array_of<R>(b);
    check_within<T>(static_cast<R>(a.size(-1)) * reference::matmul<R>(xt::abs(x), xt::abs(y)),
                    matmul(a, b).value(), reference::matmul(x, y));
  };
  for (const std::int64_t n : row_sizes) {
    for (const auto& [rows, inner, columns] :
         {std::array{n, std::int64_t{5}, std::int64_t{3}}, {3, n, 5}, {5, 3, n}}) {
      for (const Tensor& a : layouts_of(sample({rows, inner}))) {
        for (const Tensor& b : layouts_of(sample({inner, columns}))) check(a, b);
      }
      const Tensor x = sample({2, rows, inner}), weight = sample({columns, inner}), bias = sample({columns});
      const A wide = array_of<R>(x), w = array_of<R>(weight), b = array_of<R>(bias);
      const A y = reference::linear(wide, w, b),
              size = reference::linear<R>(xt::abs(wide), xt::abs(w), xt::abs(b));
      check_within<T>(static_cast<R>(inner + 1) * size, linear(x, weight, bias).value(), y);
    }
  }
  check(sample({2, 3, 4, 5}), sample({2, 3, 5, 6}));
  check(sample({2, 3, 4, 5}), sample({5, 6}));
  check(sample({4, 5}), sample({2, 3, 5, 6}));
  check(sample({2, 1, 4, 5}), sample({3, 5, 6}));
  check(sample({3, 1, 5}).expand({3, 4, 5}), sample({1, 5, 6}).expand({3, 5, 6}));
}

TEST_CASE("matmul of nothing: no rows, and sums of no products") {
  for (const DType dtype : {float32, float64}) {
    CHECK(equal(matmul(zeros({0, 3}, dtype), zeros({3, 2}, dtype)).value(), zeros({0, 2}, dtype)));
    CHECK(equal(matmul(zeros({2, 0}, dtype), zeros({0, 3}, dtype)).value(), zeros({2, 3}, dtype)));
    CHECK(equal(linear(zeros({2, 0}, dtype), zeros({3, 0}, dtype), ones({3}, dtype)).value(),
                ones({2, 3}, dtype)));
  }
}
