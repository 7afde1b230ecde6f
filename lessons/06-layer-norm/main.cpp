// Layer norm as one node with its own rule, and the same composed of ops: what a row keeps of itself, and
// what its gradient loses.
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

constexpr double eps = 1e-5;

struct Normalized {
  Variable x_hat, sigma;
};

// Each row without its mean, and divided by its spread.
Normalized normalized(const Variable& x) {
  const Variable centred = x - mean(x, -1, true);
  const Variable sigma = sqrt(mean(centred * centred, -1, true) + eps);
  return {centred / sigma, sigma};
}

Variable composed_layer_norm(const Variable& x, const Variable& gamma, const Variable& beta) {
  return normalized(x).x_hat * gamma + beta;
}

Variable my_layer_norm(const Variable& x, const Variable& gamma, const Variable& beta) {
  const Variable y = composed_layer_norm(x.detach(), gamma.detach(), beta.detach());
  return record("my_layer_norm", y.value(), {x, gamma, beta}, {x, gamma}, [](const Replay& r) -> Gradients {
    const Normalized n = normalized(r.saved(0));
    const Variable g = r.grad() * r.saved(1);  // dL/dx̂
    const Variable projected = g - mean(g, -1, true) - n.x_hat * mean(g * n.x_hat, -1, true);
    return {projected / n.sigma, sum(r.grad() * n.x_hat, 0), sum(r.grad(), 0)};  // of x, γ, β
  });
}

int main() {
  const Variable x(tensor({{1.0, 7.0, 9.0, 15.0}, {13.0, 73.0, 93.0, 153.0}}), /*requires_grad=*/true);
  const Variable gamma(ones({4}), true), beta(zeros({4}), true);

  const Variable y = my_layer_norm(x, gamma, beta);
  std::cout << "y =\n" << y << '\n';

  const Variable L = y[{Slice(), 0}].sum();  // the first number of each row
  L.backward();
  std::cout << "dL/dx =\n" << x.grad() << '\n';
  std::cout << "dL/dgamma = " << gamma.grad() << ", dL/dbeta = " << beta.grad() << '\n';

  const Variable composed = composed_layer_norm(x, gamma, beta)[{Slice(), 0}].sum();
  std::cout << std::boolalpha << "composed of ops, the same gradient: "
            << allclose(grad({composed}, {x})[0], x.grad(), 1e-4, 1e-6) << '\n';
  std::cout << trace(composed).size() << " nodes composed, " << trace(L).size() << " as one op\n";

  const Variable flat(tensor({{5.0, 5.0, 5.0, 5.0}}), true);
  const Variable y_flat = my_layer_norm(flat, gamma, beta);
  const Variable slope = grad({y_flat[{0, 0}]}, {flat})[0];
  std::cout << "a row of equal numbers: y = " << y_flat << ", slope " << slope[{0, 0}].item<double>() << '\n';

  const auto first = gradcheck(my_layer_norm, {x, gamma, beta});
  const auto second = gradcheck(my_layer_norm, {x, gamma, beta}, {.order = 2});
  std::cout << "gradcheck: " << (first ? "right" : first.message())
            << ", and of the gradient's gradient: " << (second ? "right" : second.message()) << '\n';
}
