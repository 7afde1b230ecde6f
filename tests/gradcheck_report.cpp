// What gradcheck tells of a wrong gradient: all entries, and the likely cause, for rules that are wrong in a
// known way.
#include "support.hpp"

#include <functional>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/like.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

using Function = std::function<Variable(const Variable&)>;

// x² under a rule of its own: from g and x to dx.
Function square_with(std::function<Variable(const Variable&, const Variable&)> rule) {
  return [rule](const Variable& x) {
    return record("square", (x.detach() * x.detach()).value(), {x}, {x},
                  [rule](const Replay& r) -> Gradients { return {rule(r.grad(), r.saved(0))}; });
  };
}
Function summed(const Function& f) {
  return [f](const Variable& x) { return sum(f(x)); };
}

Function square_off_by(double factor) {
  return square_with([factor](const Variable& g, const Variable& x) { return g * x * (2 * factor); });
}
// x² with a rule that is wrong at some entries.
Function square_wrong_at(std::vector<std::int64_t> entries) {
  return square_with([entries](const Variable& g, const Variable& x) {
    const Tensor factor = full({x.numel()}, 2.0);
    for (const std::int64_t e : entries) factor.at({e}) = 3;
    return g * x * factor.reshape(x.shape());
  });
}

// A bias of shape (3,) added to two rows, with this rule for its gradient.
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

const Variable matrix(tensor({{1.0, 2.0}, {3.0, -5.0}}));

}  // namespace

TEST_CASE("gradcheck report: the likely cause, where the pattern shows one") {
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
      {"a number, which may be anything", none, square_off_by(3), Variable(tensor(3.0))},
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

TEST_CASE("gradcheck report: a gradient of another shape says which sum or transpose is missing") {
  CHECK_THROWS_TEXT(
      gradcheck(bias_with([](const Variable& g) { return g; }), {Variable(ones({3}))}),
      "(bias) returned a gradient of shape (2, 3) and dtype float64 for input 0 of shape (3,) and dtype "
      "float64; the op broadcast this input, so its gradient is a sum: sum_to(gradient, "
      "r.input_shape(i))");
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

TEST_CASE("gradcheck report: analytic and numeric side by side, wrong entries marked") {
  struct Row {
    const char* name;
    const char* text;
    Function f;
    Variable x;
  };
  const Row rows[] = {
      {"a matrix",
       "[gradcheck] gradient wrong for input 0 of shape (2, 2) at (1, 0): analytic 9, numeric 6, relative "
       "error 0.333\n"
       "1 of 4 entries wrong\n"
       "at      analytic    numeric\n"
       "(0, 0)    2    4      2   4\n"
       "(1, 0)    9* -10      6 -10",
       summed(square_wrong_at({2})), matrix},
      {"a small error, which needs more digits",
       "[gradcheck] gradient wrong for input 0 of shape (2,) at (1,): analytic -10.0001, numeric -10, "
       "relative error "
       "1e-05\n"
       "2 of 2 entries wrong; likely cause: analytic is 1.00001 × numeric everywhere: a wrong factor\n"
       "at    analytic              numeric\n"
       "(0,)   2.00002* -10.0001*     2 -10",
       summed(square_off_by(1.00001)), Variable(tensor({1.0, -5.0}))},
      {"a long row goes on in the next line",
       "[gradcheck] gradient wrong for input 0 of shape (10,) at (9,): analytic 27, numeric 18, relative "
       "error 0.333\n"
       "1 of 10 entries wrong\n"
       "at    analytic                          numeric\n"
       "(0,)   0   2   4   6   8  10  12  14     0  2  4  6  8 10 12 14\n"
       "(8,)  16  27*                           16 18",
       summed(square_wrong_at({9})), Variable(arange(10.0))},
      {"three dims",
       "[gradcheck] gradient wrong for input 0 of shape (2, 1, 2) at (1, 0, 1): analytic 9, numeric 6, "
       "relative error "
       "0.333\n"
       "2 of 4 entries wrong\n"
       "at         analytic  numeric\n"
       "(0, 0, 0)  0  3*     0 2\n"
       "(1, 0, 0)  4  9*     4 6",
       summed(square_wrong_at({1, 3})), Variable(arange(4.0).reshape({2, 1, 2}))},
      {"the rounding of the differences is not shown",
       "[gradcheck] gradient wrong for input 0 of shape (2,) at (1,): analytic 4.718281828, numeric "
       "3.718281828, relative error 0.212\n"
       "1 of 2 entries wrong\n"
       "at    analytic            numeric\n"
       "(0,)        0  4.71828*         0 3.71828",
       [](const Variable& x) { return sum(square_wrong_at({1})(x) + exp(x) - x); },
       Variable(tensor({0.0, 1.0}))},
      {"a number has no table",
       "[gradcheck] gradient wrong for input 0 of shape () at (): analytic 18, numeric 6, relative error "
       "0.667",
       square_off_by(3), Variable(tensor(3.0))},
      {"no table of more than 64",
       "[gradcheck] gradient wrong for input 0 of shape (65,) at (64,): analytic 192, numeric 128, relative "
       "error 0.333\n"
       "2 of 65 entries wrong",
       summed(square_wrong_at({1, 64})), Variable(arange(65.0))},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(gradcheck(row.f, {row.x}).message() == std::string(row.text));
  }
}

TEST_CASE("gradcheck report: every wrong entry is counted, however many") {
  const GradcheckResult result = gradcheck(square_off_by(2), {Variable(full({20, 10}, 1.5))});
  CHECK(result.message().find("\n200 of 200 entries wrong; ") != std::string::npos);
}

TEST_CASE("gradcheck report: the entries are there for a program") {
  const GradcheckResult wrong = gradcheck(summed(square_wrong_at({0, 3})), {matrix});
  REQUIRE(wrong.mismatch());
  CHECK(wrong.mismatch()->name == "input 0");
  CHECK(allclose(wrong.mismatch()->analytic, tensor({{3, 4}, {6, -15}}, float64)));
  CHECK(allclose(wrong.mismatch()->numeric, tensor({{2, 4}, {6, -10}}, float64)));
  CHECK(equal(wrong.mismatch()->is_wrong, tensor({{true, false}, {false, true}})));
  CHECK_FALSE(gradcheck(square_off_by(1), {matrix}).mismatch());
  CHECK_FALSE(gradcheck([](const Variable& x) { return x.to(float32); }, {matrix}).mismatch());
}

TEST_CASE("gradcheck report: a kink or a jump is named, of values and of gradients") {
  const Variable tie(tensor({1.0, 2.0, 2.0})), other(tensor({0.0, 2.0, 3.0}));
  struct Row {
    const char* text;
    Function f;
    Variable x;
    int order = 1;
  };
  const Row rows[] = {
      {"; the function has a kink there: its slope is 0 on the left, 1 on the right",
       [](const Variable& x) { return sum(relu(x)); }, Variable(tensor({1.0, 0.0}))},
      {"; the function has a kink there: its slope is 0 on the left, 1 on the right",  // each of three takes
                                                                                       // a third
       [](const Variable& x) { return amax(x, {0}); }, Variable(tensor({2.0, 2.0, 2.0}))},
      {"; the function jumps there, by 1", [](const Variable& x) { return sum(sign(x) * 0.5 + x * x * 0); },
       Variable(tensor({1.0, 0.0}))},
      {"; the gradient jumps there, by ", [&](const Variable& x) { return maximum(x, other.to(float64)); },
       tie, 2},
      {"; the gradient jumps there, by ", [](const Variable& x) { return relu(x); },
       Variable(tensor({1.0, 0.0})), 2},
      {": the function has a kink", [](const Variable& x) { return relu(x); }, Variable(tensor({1.0, 0.0})),
       2},
      {"; the gradient has a kink there: its slope is ",
       [](const Variable& x) { return sum(relu(x) * relu(x)); }, Variable(tensor({1.0, 0.0})), 2},
  };
  for (const Row& row : rows) {
    const GradcheckResult result = gradcheck(row.f, {row.x}, {.order = row.order});
    CHECK_MESSAGE(result.message().find(row.text) != std::string::npos, "expected: ", std::string(row.text),
                  "\n  message: ", result.message());
    CHECK(result.message().find("the tape does not lead back") == std::string::npos);
  }
  // a steep slope or a sharp bend is no jump
  for (const double at : {1e-6, 0.5}) {
    const GradcheckResult steep =
        gradcheck([](const Variable& x) { return sum(square_off_by(2)(log(x)) * 1e4); },
                  {Variable(tensor({at}, float64))});
    CHECK_FALSE(steep);
    CHECK(steep.message().find("jumps") == std::string::npos);
  }
}
