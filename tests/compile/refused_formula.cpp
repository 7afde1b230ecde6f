// Formulas that elementwise must not accept. Each test defines one of these names and compares the compiler's
// message (tests.cmake). Without a name the file compiles.
#include <xgrad/core/xtensor.hpp>

using xgrad::elementwise;

const auto accepted = elementwise("accepted", [](const auto& x) { return xt::exp(x); });

#ifdef FORMULA_REDUCES
const auto op = elementwise("op", [](const auto& x) { return x / xt::sum(x); });
#elif defined FORMULA_REDUCES_A_DIM
const auto op = elementwise("op", [](const auto& x) { return x - xt::amax(x, {0}); });
#elif defined FORMULA_BRANCHES
const auto op = elementwise("op", [](const auto& x) {
  if (x > 0) return x;
  return 2 * x;
});
#elif defined FORMULA_COMPARES_WHOLE
const auto op = elementwise("op", [](const auto& x) { return xt::where(x == 0, 1, x); });
#elif defined FORMULA_OF_FIVE
const auto op = elementwise("op", [](auto a, auto b, auto c, auto d, auto e) { return a + b + c + d + e; });
#elif defined FORMULA_CALLS_TGAMMA
const auto op = elementwise("op", [](const auto& x) { return xt::tgamma(x); });
#elif defined FORMULA_CASTS_TO_INT
const auto op = elementwise("op", [](const auto& x) { return xt::cast<int>(x); });
#elif defined FORMULA_RETURNS_TEXT
const auto op = elementwise("op", [](const auto&) { return "text"; });
#elif defined FORMULA_WITH_TOO_FEW_INPUTS
const auto y = accepted(xgrad::Tensor(), xgrad::Tensor());
#endif
