// The likely cause that gradcheck names, for rules that are wrong in a known way.
#include "support.hpp"
#include "wrong_rules.hpp"

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/like.hpp>

using namespace xgrad;

namespace {

// A bias of shape (3,), broadcast to two rows, with this rule for its gradient.
Function bias_with(std::function<Variable(const Variable&)> rule) {
  return [rule](const Variable& bias) {
    return record("bias", bias.value().expand({2, 3}).clone(), {bias}, {},
                  [rule](const Replay& r) -> Gradients { return {rule(r.grad())}; });
  };
}

Variable transpose_one_way(const Variable& x) {
  return record("transpose", x.value().mT(), {x}, {},
                [](const Replay& r) -> Gradients { return {r.grad()}; });
}

}  // namespace

TEST_CASE("gradcheck names the likely cause if the pattern of the errors shows one") {
  const char* const none = "";
  const Variable bias(tensor({1.0, 2.0, 3.0}));
  struct Row {
    const char* name;
    const char* cause;
    Function f;
    Variable x = matrix;
    int order = 1;
  };
  const Row rows[] = {
      {"factor", "analytic is 2 × numeric everywhere: a wrong factor", summed(square_off_by(2))},
      {"factor, many results", "analytic is 0.5 × numeric everywhere: a wrong factor", square_off_by(0.5)},
      {"factor, large", "analytic is 1.001 × numeric everywhere: a wrong factor", square_off_by(1.001),
       Variable(full({10, 10}, 3.0))},
      {"factor, second order", "analytic is 3 × numeric everywhere: a wrong factor",
       square_with([](const Variable& g, const Variable& x) {
         return record("double", (g.detach() * x.detach() * 2).value(), {g, x}, {g, x},
                       [](const Replay& r) -> Gradients {
                         return {r.grad() * r.saved(1) * 2, r.grad() * r.saved(0) * 6};
                       });
       }),
       matrix, 2},
      {"mean for a sum", "analytic is 0.5 × numeric everywhere: a wrong factor",
       bias_with([](const Variable& g) { return mean(g, {0}); }), bias},
      {"sign", "analytic is -1 × numeric everywhere: a wrong sign", square_off_by(-1)},
      {"sign of a number", "analytic is -1 × numeric everywhere: a wrong sign", square_off_by(-1),
       Variable(tensor(3.0))},
      {"a number, which always has a factor", none, square_off_by(3), Variable(tensor(3.0))},
      {"a number beside a 0", none, summed(square_off_by(3)), Variable(tensor({3.0, 0.0}))},
      {"transpose", "analytic is the transpose of numeric", transpose_one_way},
      {"transposes", "analytic is the transpose of numeric", transpose_one_way,
       Variable(tensor({{{1.0, 2.0}, {3.0, 4.0}}, {{5.0, 6.0}, {7.0, 8.0}}}))},
      {"missing sum",
       "analytic is the part of index 0 of the result's dim 0 alone: a sum over a broadcast dim is missing",
       bias_with([](const Variable& g) { return g.select(0, 0); }), bias},
      {"missing sum, at the end",
       "analytic is the part of index 1 of the result's dim 0 alone: a sum over a broadcast dim is missing",
       bias_with([](const Variable& g) { return g.select(0, 1); }), bias},
      {"right where it is not 0", none, square_with([](const Variable& g, const Variable& x) {
         return g * x * tensor({{2.0, 2.0}, {0.0, 0.0}});
       })},
      {"zeros", "the gradient is 0 everywhere: a rule returns zeros",
       square_with([](const Variable&, const Variable& x) { return zeros_like(x); })},
      {"detached",
       "the tape does not lead back to it: look for detach(), value() or a NoGradGuard on the way, or for a "
       "rule that returns nothing",
       [](const Variable& x) { return x.detach() * 2; }},
      {"nothing",
       "the tape does not lead back to it: look for detach(), value() or a NoGradGuard on the way, or for a "
       "rule that returns nothing",
       square_with([](const Variable&, const Variable&) { return nothing; })},
      {"no g", "a rule does not multiply by r.grad()",
       square_with([](const Variable&, const Variable& x) { return x * 2; })},
      {"no g, one result", "a rule does not multiply by r.grad()",
       [](const Variable& x) {
         return record("sum", sum(x.detach()).value(), {x}, {},
                       [](const Replay& r) -> Gradients { return {Variable(ones(r.input_shape(0)))}; });
       }},
      {"one entry of many", none, square_wrong_at({2})},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const GradcheckResult result = gradcheck(row.f, {row.x}, {.order = row.order});
    REQUIRE(result.mismatch());
    CHECK(result.mismatch()->likely_cause == std::string(row.cause));
    const bool tells = result.message().find("likely cause: " + std::string(row.cause)) != std::string::npos;
    CHECK(tells == (row.cause != none));
  }
}

TEST_CASE("the error about a gradient of the wrong shape says which sum or transpose is missing") {
  CHECK_THROWS_TEXT(
      gradcheck(bias_with([](const Variable& g) { return g; }), {Variable(ones({3}))}),
      "(bias) returned a gradient of shape (2, 3) and dtype float64 for input 0 of shape (3,) and dtype "
      "float64; the op broadcast this input, so its gradient is a sum: r.wants(0) ? sum_to("
      "gradient, r.input_shape(0)) : nothing");
  CHECK_THROWS_TEXT(
      gradcheck(transpose_one_way, {Variable(ones({2, 3}))}),
      "(transpose) returned a gradient of shape (3, 2) and dtype float64 for input 0 of shape (2, 3) and "
      "dtype float64; it looks like a missing mT()");
  const auto flat =
      square_with([](const Variable& g, const Variable& x) { return (g * x * 2).reshape({-1}); });
  const std::string other = thrown_text([&] { gradcheck(flat, {matrix}); });
  CHECK(other.find("for input 0 of shape (2, 2) and dtype float64") != std::string::npos);
  CHECK(other.find("; ") == std::string::npos);
}
