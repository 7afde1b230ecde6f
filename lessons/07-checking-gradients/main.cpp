// The error of a finite difference for steps from long to short, in float64 and float32; four rules of x³, of
// which three are wrong; and a kink, where no slope is right.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

double cube(double x, DType dtype) {
  const Variable v(tensor(x, dtype));
  return (v * v * v).item<double>();
}

double forward_slope(double x, double h, DType dtype) { return (cube(x + h, dtype) - cube(x, dtype)) / h; }

double central_slope(double x, double h, DType dtype) {
  return (cube(x + h, dtype) - cube(x - h, dtype)) / (2 * h);
}

// x³ with a rule that may be wrong.
Variable my_cube(const Variable& x, const Rule& rule) {
  const Variable v = x.detach();
  return record("my_cube", (v * v * v).value(), {x}, {x}, rule);
}

const Rule right_rule = [](const Replay& r) -> Gradients { return {r.grad() * 3 * r.saved(0) * r.saved(0)}; };
const Rule wrong_factor = [](const Replay& r) -> Gradients {
  return {r.grad() * 2 * r.saved(0) * r.saved(0)};
};
const Rule wrong_sign = [](const Replay& r) -> Gradients {
  return {r.grad() * -3 * r.saved(0) * r.saved(0)};
};
const Rule without_g = [](const Replay& r) -> Gradients { return {3 * r.saved(0) * r.saved(0)}; };

void check(const char* what, const Rule& rule) {
  const Variable x(tensor({{1.0, 2.0}, {-1.0, 0.5}}));
  const GradcheckResult result = gradcheck([&](const Variable& v) { return my_cube(v, rule); }, {x});
  std::cout << what << (result ? "passes" : result.mismatch()->likely_cause) << '\n';
}

int main() {
  std::printf("Errors of the slope of x^3 at 2, which is 12:\n");
  std::printf("step   forward  central  central in float32\n");
  for (const double h : {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16}) {
    std::printf("%.0e  %.0e    %.0e    %.0e\n", h, std::abs(forward_slope(2, h, float64) - 12),
                std::abs(central_slope(2, h, float64) - 12), std::abs(central_slope(2, h, float32) - 12));
  }

  std::cout << "\nFour rules of x^3:\n";
  check("3 g x^2:  ", right_rule);
  check("2 g x^2:  ", wrong_factor);
  check("-3 g x^2: ", wrong_sign);
  check("3 x^2:    ", without_g);

  std::cout << "\nAll that gradcheck says about 2 g x^2, summed up:\n";
  const auto wrong = [](const Variable& v) { return sum(my_cube(v, wrong_factor)); };
  std::cout << gradcheck(wrong, {tensor({1.0, 2.0, -1.0})}).message() << '\n';

  std::cout << "\nrelu at 0:\n";
  const auto kink = [](const Variable& v) { return sum(relu(v)); };
  const GradcheckResult result = gradcheck(kink, {tensor({-1.0, 0.0, 2.0})});
  const std::string message = result.message();  // it begins as the one above
  std::cout << (result ? "passes" : message.substr(message.find("the function"))) << '\n';
}
