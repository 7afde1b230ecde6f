// my_gradcheck: the step of central differences.

#include <cmath>
#include <sstream>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

double cube(double x) {
  const Variable v = tensor(x, float64);
  return (v * v * v).item<double>();
}

double central_slope(double x, double h) { return (cube(x + h) - cube(x - h)) / (2 * h); }

void judge_step(Judge& judge, double h) {
  const Variable x(tensor(2.0, float64), /*requires_grad=*/true);
  (x * x * x).backward();
  const double slope = x.grad().item<double>();
  judge.that("relative error at most 10⁻⁹", {{"x", x.value()}}, [&] {
    const double measured = central_slope(2, h), error = std::abs(measured - slope) / slope;
    std::ostringstream said;
    said.precision(12);
    said << "with h = " << h << ", the central difference at x = 2 is "
         << (std::isnan(measured) ? std::abs(measured) : measured) << "; backward gives " << slope;
    said.precision(3);
    if (std::isnan(error)) throw Problem(said.str() + "; a difference that is NaN says nothing");
    said << "; the relative error is " << error;
    if (!(error <= 1e-9)) throw Problem(said.str());
    return said.str();
  });
}

std::string hint(double h) {
  if (h == 0) return "h = 0 divides 0 by 0.";
  if (std::abs(h) > 1e-5) return "The error is about h²: it falls a hundred times if h falls ten times.";
  if (2 + h == 2) return "2 + h rounds to 2: what is left of the difference?";
  return "f(2 + h) is near 8 and off by about 10⁻¹⁵: divide that by 2 h.";
}

}  // namespace

Exercise finite_differences() {
  return {
      .name = "my_gradcheck",
      .title = "The step of gradcheck",
      .lesson = "lessons/07-checking-gradients/page.md",
      .source = "core/debug/gradcheck.cpp",
      .task =
          {"The slope of f(x) = x³ at x = 2 is measured by the central difference "
           "`(f(x + h) − f(x − h)) / (2 h)`.",
           "A long step is wrong because f bends: the error grows as h². A short step is wrong because "
           "numbers "
           "are rounded: a float64 keeps about 16 digits, and the division by 2 h makes what is lost large."},
      .question = "With which step h is the relative error in float64 at most 10⁻⁹?",
      .number = {.label = "h", .hint = hint, .judge = judge_step},
      .why =
          "The best step lies where both errors are about equal: h² = 10⁻¹⁵ / h gives h = 10⁻⁵. The "
          "library's "
          "gradcheck takes longer steps, and several of them, so that the error of h² cancels."};
}

}  // namespace xgrad::web
