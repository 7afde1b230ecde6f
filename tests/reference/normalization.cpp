// The kernels of layer_norm and rms_norm against their definitions.
#include "normalization.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/normalization.hpp>

using namespace xgrad;

namespace {

const xt::xarray<double> one(1.0), none(0.0);

}  // namespace

TEST_CASE("reference: layer_norm and rms_norm are PyTorch's") {
  const auto in = [](const Tensors& inputs, std::size_t i) { return array_of<double>(inputs[i]); };
  check_golden("norm", "layer_norm",
               [&](const Tensors& x) { return reference::layer_norm(in(x, 0), one, none, 1e-5); });
  check_golden("norm", "layer_norm_affine",
               [&](const Tensors& x) { return reference::layer_norm(in(x, 0), in(x, 1), in(x, 2), 1e-3); });
  check_golden("norm", "rms_norm",
               [&](const Tensors& x) { return reference::rms_norm(in(x, 0), one, 1e-5); });
  check_golden("norm", "rms_norm_affine",
               [&](const Tensors& x) { return reference::rms_norm(in(x, 0), in(x, 1), 1e-3); });
}

// Bounds. A mean is off by n u mean |x| (n roundings of a sum), and so is each x − μ; the mean of squares by
// (n + 4) u of itself, which its root halves, as its terms do not cancel; then a root, a quotient, a product
// and a sum.
TEST_CASE_TEMPLATE("layer_norm and rms_norm: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  using reference::Axes;
  Generator generator(2);
  const Axes last{-1};
  for (const std::int64_t n : row_sizes) {
    const Tensor gamma = randn({n}, dtype_of<T>(), generator), beta = randn({n}, dtype_of<T>(), generator);
    const A g = array_of<R>(gamma), b = array_of<R>(beta), count(static_cast<R>(n));
    for (const auto& [scale, offset] : {std::pair{1.0, 0.0}, {1e4, 0.0}, {1e-3, 0.0}, {1.0, 30.0}}) {
      const Tensor sample =
          randn({2, 3, n}, dtype_of<T>(), generator).mul_(scale).add_(full({}, offset, dtype_of<T>()));
      for (const Tensor& x : layouts_of(sample)) {
        CAPTURE(n);
        CAPTURE(scale);
        CAPTURE(offset);
        const A wide = array_of<R>(x), mean_size = reference::mean_over<R>(xt::abs(wide), last);
        const A deviation = xt::sqrt(reference::var_over(wide, last, R(0)) + R(1e-5));
        const A y = reference::layer_norm(wide, g, b, R(1e-5)), z = reference::rms_norm(wide, g, R(1e-5));
        const A of_mean = (count + 1) * mean_size / deviation * xt::abs(g);
        const A of_y = xt::abs(y - b) * (count / 2 + 6) + xt::abs(b) + xt::abs(y);
        check_within<T>(of_mean + of_y, layer_norm(x, gamma, beta, 1e-5).value(), y);
        check_within<T>((count / 2 + 6) * xt::abs(z), rms_norm(x, gamma, 1e-5).value(), z);
        const A plain = reference::rms_norm(wide, A(R(1)), R(1e-5));
        check_within<T>((count / 2 + 6) * xt::abs(plain), rms_norm(x, {}, 1e-5).value(), plain);
      }
    }
  }
}
