// The kernels of activations against their definitions.
#include "activation.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/activation.hpp>

using namespace xgrad;

TEST_CASE("reference: activations are PyTorch's") {
  const std::pair<const char*, xt::xarray<double> (*)(const xt::xarray<double>&)> table[] = {
      {"relu", reference::relu<double>},
      {"sigmoid", reference::sigmoid<double>},
      {"silu", reference::silu<double>},
      {"gelu", reference::gelu<double>},
      {"gelu_tanh", reference::gelu_tanh<double>},
      {"mish", reference::mish<double>},
      {"softplus", [](const xt::xarray<double>& x) { return reference::softplus(x); }},
      {"softplus_3_2", [](const xt::xarray<double>& x) { return reference::softplus(x, 3.0, 2.0); }},
  };
  for (const auto& [op, f] : table)
    check_golden("pointwise", op, [f = f](const Tensors& in) { return f(array_of<double>(in[0])); });
}

// Bounds. A function of the library is right to two last places, which are four units; a sum, a product and a
// quotient add one each. An exponent w that is rounded k times multiplies the exponential's error by k w.
TEST_CASE_TEMPLATE("activations: rows of every length, from the left tail to the right", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  Generator generator(3);
  std::vector<Tensor> inputs = {arange(-100, 100, 0.0625, dtype_of<T>()), randn({}, dtype_of<T>(), generator),
                                zeros({0, 3}, dtype_of<T>())};
  for (const std::int64_t n : row_sizes) {
    for (const Tensor& x : layouts_of(randn({3, n}, dtype_of<T>(), generator).mul_(3))) inputs.push_back(x);
  }
  constexpr bool is_single = std::is_same_v<T, float>;
  constexpr R unit = std::numeric_limits<T>::epsilon() / 2,
              unit_of_definition = std::numeric_limits<R>::epsilon();
  for (const Tensor& x : inputs) {
    CAPTURE(x.shape());
    const A wide = array_of<R>(x);
    const auto check = [&](const A& units, const Variable& ours, const A& y) {
      check_within<T>(units * xt::abs(y), ours.value(), y);
    };
    check(R(0), relu(x), reference::relu(wide));
    check(R(6), sigmoid(x), reference::sigmoid(wide));
    check(R(7), silu(x), reference::silu(wide));
    check(R(16), mish(x), reference::mish(wide));
    for (const auto& [beta, threshold] : {std::pair{1.0, 20.0}, {2.0, 1.0}, {-0.5, 1e9}}) {
      const A y = reference::softplus(wide, R(beta), R(threshold));
      check(xt::abs(R(beta) * wide) + R(10), softplus(x, beta, threshold), y);
    }
    // erfc(z) changes by the factor 2 z² = x² of a change of z, and its exponent x²/2 is rounded. In float32
    // the kernel is right to 1e-6 for x < 0 (docs/numerics.md).
    const A y = reference::gelu(wide);
    const A of_tail = xt::where(wide < 0 && is_single, R(1e-6) / unit, R(0));
    check_within<T>((R(1.5) * xt::square(wide) + R(16)) * xt::abs(y) + of_tail, gelu(x).value(), y);
    // 1 + tanh loses digits for x < 0 in the definition, and not in the kernel, whose exponent is rounded
    // seven times.
    const A z = reference::gelu_tanh(wide), w = R(1.6) * xt::abs(wide + R(0.044715) * xt::cube(wide));
    const A of_definition = xt::abs(wide) * (unit_of_definition / unit);
    check_within<T>((7 * w + R(8)) * xt::abs(z) + of_definition, gelu(x, Gelu::tanh).value(), z);
  }
}
