// gradcheck finds rules that are wrong in a known way, and passes right ones.
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

// x² with a gradient that is wrong by a factor.
Variable square_off_by(const Variable& x, double factor) {
  return record("square", (x.detach() * x.detach()).value(), {x}, {x},
                [factor](const Replay& r) -> Gradients { return {r.grad() * r.saved(0) * (2 * factor)}; });
}

// a b + a, with a rule that forgets the second a.
Variable product_with_missing_term(const Variable& a, const Variable& b) {
  return record("product", (a.detach() * b.detach() + a.detach()).value(), {a, b}, {a, b},
                [](const Replay& r) -> Gradients {
                  return {r.grad() * r.saved(1), r.grad() * r.saved(0)};
                });
}

// The transpose of a square matrix, with a rule that forgets to transpose back.
Variable transpose_one_way(const Variable& x) {
  return record("transpose", x.value().mT(), {x}, {},
                [](const Replay& r) -> Gradients { return {r.grad()}; });
}

// x³ with a right first derivative and a wrong second one: the rule leaves x off the tape.
Variable cube_once(const Variable& x) {
  return record("cube", (x.detach() * x.detach() * x.detach()).value(), {x}, {x},
                [](const Replay& r) -> Gradients {
                  const Variable x = r.saved(0).detach();
                  return {r.grad() * 3 * x * x};
                });
}

// x² with one wrong element in the middle.
Variable square_wrong_at_150(const Variable& x) {
  return record("square", (x.detach() * x.detach()).value(), {x}, {x}, [](const Replay& r) -> Gradients {
    const Tensor factor = full(r.saved(0).shape(), 2, r.saved(0).dtype());
    factor.reshape({-1}).select(0, 150).fill_(2.002);
    return {r.grad() * r.saved(0) * factor};
  });
}

Variable random_normal(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  return randn(shape, float32, generator);
}

}  // namespace

TEST_CASE("gradcheck passes right gradients of both orders") {
  const Variable a = random_normal({2, 3}), b = random_normal({3}, 2), s = random_normal({}, 3);
  struct Row {
    const char* name;
    GradcheckFunction f;
    Xs inputs;
  };
  const Row rows[] = {
      {"one input", [](const Xs& x) { return exp(x[0]) * x[0]; }, {a}},
      {"broadcast", [](const Xs& x) { return x[0] * x[1] / (x[1] * x[1] + 1); }, {a, b}},
      {"a scalar", [](const Xs& x) { return tanh(x[0]); }, {s}},
      {"the same Variable twice", [](const Xs& x) { return x[0] * exp(x[1]); }, {a, a}},
      {"the input itself", [](const Xs& x) { return x[0]; }, {a}},
      {"an unused input", [](const Xs& x) { return exp(x[0]); }, {a, b}},
      {"an input without elements",
       [](const Xs& x) { return sum(x[0]) + x[1]; },
       {Variable(zeros({0, 3})), b}},
      {"an integer input", [](const Xs& x) { return x[0] * x[1]; }, {a, Variable(tensor({1, 2, 3}))}},
      {"a non-leaf input", [](const Xs& x) { return x[0] * x[0]; }, {Variable(a.value(), true) * 2}},
      {"an expanded input", [](const Xs& x) { return x[0] * x[0]; }, {Variable(b.value().expand({2, 3}))}},
      {"large and small elements",
       [](const Xs& x) { return x[0] * x[0] * x[0]; },
       {Variable(tensor({1e3, 1e-3, 0, -20}))}},
      {"near a pole", [](const Xs& x) { return log(x[0]); }, {Variable(tensor({1e-3, 1e-2, 5}))}},
      {"near a kink", [](const Xs& x) { return relu(x[0]); }, {Variable(tensor({1e-5, -1e-5}))}},
      {"close to a pole of large values",
       [](const Xs& x) { return log(x[0] * x[0]); },
       {Variable(tensor({1e-6, -3e-7, 1.0}, float64))}},
      {"close to the edge of the domain",
       [](const Xs& x) { return sqrt(x[0]); },
       {Variable(tensor({1e-6, 4e-8}, float64))}},
      {"a large constant beside it", [](const Xs& x) { return x[0] + 1e8; }, {random_normal({1000})}},
      {"a large constant beside a curve", [](const Xs& x) { return sum(x[0] * x[0]) + 1e8; }, {a}},
      {"by projection", [](const Xs& x) { return tanh(x[0]) * x[0]; }, {random_normal({20, 10})}},
      {"no gradient anywhere", [](const Xs& x) { return sum(x[0] * 0).detach() + 1; }, {a}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    for (int order : {1, 2}) {
      const GradcheckResult result = gradcheck(row.f, row.inputs, {.order = order});
      CHECK_MESSAGE(result, result.message());
    }
  }
}

TEST_CASE("gradcheck names input, index, analytic, numeric and relative error of a wrong gradient") {
  const Variable x(tensor({{1.0, 2.0}, {3.0, -5.0}})), y(tensor({{2, 0.5}, {1, 1}}));
  struct Row {
    const char* text;
    GradcheckFunction f;
    GradcheckOptions options = {};
  };
  const Row rows[] = {
      {"[gradcheck] gradient wrong for input 0 of shape (2, 2) at (1, 1): analytic -10.01, numeric -10, "
       "relative "
       "error 0.000999",
       [](const Xs& x) { return sum(square_off_by(x[0], 1.001)); }},
      {"[gradcheck] gradient wrong for input 1 of shape (2, 2) at ",
       [](const Xs& x) { return x[0] * square_off_by(x[1], 1.001); }},
      {"[gradcheck] gradient wrong for input 0 of shape (2, 2) at (0, 0): analytic 2, numeric 3, relative "
       "error "
       "0.333",
       [](const Xs& x) { return product_with_missing_term(x[0], x[1]).select(0, 0).select(0, 0); }},
      {"[gradcheck] gradient wrong for input 0 of shape (2, 2) at (",
       [](const Xs& x) { return transpose_one_way(x[0]); }},
      {"analytic 0, numeric 1, relative error 1\n4 of 4 entries wrong; likely cause: the tape does not lead "
       "back",
       [](const Xs& x) { return sum(x[0].detach() + x[1]); }},
      {"(derivatives of the results' sum with random weights)",
       [](const Xs& x) { return square_off_by(x[0], 1.001); }},
      {"[gradcheck] second derivative wrong for input 0 of shape (2, 2) at ",
       [](const Xs& x) { return cube_once(x[0]); },
       {.order = 2}},
      {"[gradcheck] second derivative wrong for the output's gradient of shape () at (): analytic ",
       [](const Xs& x) {
         return record("sum", sum(x[0].detach()).value(), {x[0]}, {}, [](const Replay& r) -> Gradients {
           return {r.grad().detach().expand(r.input_shape(0))};  // right, but cut off from dL/d(output)
         });
       },
       {.order = 2}},
  };
  for (const Row& row : rows) {
    const GradcheckResult result = gradcheck(row.f, {x, y}, row.options);
    CHECK_FALSE(result);
    CHECK_MESSAGE(result.message().find(row.text) != std::string::npos, "expected: ", std::string(row.text),
                  "\n  message: ", result.message());
  }
  CHECK(gradcheck([](const Xs& x) { return cube_once(x[0]); }, {x}));  // of the first order it is right
}

TEST_CASE("gradcheck refuses rules that forget g or its sign") {
  struct Row {
    const char* name;
    std::function<Variable(const Variable&)> f;
    int order = 1;
  };
  const auto sum_with = [](auto rule) {
    return [rule](const Variable& x) {
      return record("sum", sum(x.detach()).value(), {x}, {x}, [rule](const Replay& r) -> Gradients {
        return {rule(r.grad(), r.saved(0)).expand(r.input_shape(0))};
      });
    };
  };
  const auto identity_with = [](auto rule) {
    return [rule](const Variable& x) {
      return record("identity", x.value(), {x}, {},
                    [rule](const Replay& r) -> Gradients { return {rule(r.grad())}; });
    };
  };
  const auto size_of = [](const Variable& g) { return relu(g) + relu(-g); };
  // x² with a right first derivative; in the second one, the rule uses |g| for g
  const auto square_with_wrong_second = [&](const Variable& x) {
    return record("square", (x.detach() * x.detach()).value(), {x}, {x}, [&](const Replay& r) -> Gradients {
      const Variable g = r.grad(), x = r.saved(0);
      return {record("square_backward", (g.detach() * x.detach() * 2).value(), {g, x}, {g, x},
                     [&](const Replay& second) -> Gradients {
                       const Variable g = second.saved(0), x = second.saved(1);
                       return {second.grad() * x * 2, second.grad() * size_of(g) * 2};
                     })};
    });
  };
  const Row rows[] = {
      {"ones", sum_with([](const Variable&, const Variable& x) { return Variable(ones_like(x.value())); })},
      {"g g", sum_with([](const Variable& g, const Variable&) { return g * g; })},
      {"-g", sum_with([](const Variable& g, const Variable&) { return -g; })},
      {"2 x",
       [](const Variable& x) {
         return record("sum of squares", sum(x.detach() * x.detach()).value(), {x}, {x},
                       [](const Replay& r) -> Gradients { return {r.saved(0) * 2}; });
       }},
      {"g g of each", identity_with([](const Variable& g) { return g * g; })},
      {"size of g", identity_with(size_of)},
      {"relu(g)", identity_with([](const Variable& g) { return relu(g); })},
      {"size of g in the second", square_with_wrong_second, 2},
  };
  for (const Shape& shape : {Shape{}, Shape{2}, Shape{3, 2}, Shape{100}}) {
    for (const Row& row : rows) {
      CAPTURE(std::string(row.name));
      CAPTURE(shape);
      CHECK_FALSE(gradcheck(row.f, {random_normal(shape)}, {.order = row.order}));
    }
  }
  CHECK(gradcheck(square_with_wrong_second, {random_normal({3})}));
}

TEST_CASE("gradcheck finds one wrong element of many") {
  const GradcheckResult result = gradcheck(square_wrong_at_150, {random_normal({10, 20})});
  CHECK(result.message().find("for input 0 of shape (10, 20) at (7, 10)") != std::string::npos);
}

TEST_CASE("gradcheck has the same bound for any number of elements") {
  Generator generator(9);
  const Tensor values = rand({100}, float64, generator).add_(0.5);
  double largest = 0;
  for (std::int64_t e = 0; e < 100; ++e) largest = std::max(largest, 2 * values.at({e}));
  for (const double times_the_bound : {0.8, 1.2}) {
    int refused = 0;
    for (std::int64_t e = 0; e < 100; ++e) {
      const Tensor error = zeros({100}, float64);
      error.at({e}) = times_the_bound * (1e-9 + 1e-6 * largest);
      const auto f = [&](const Variable& x) {
        return record("sum of squares", sum(x.detach() * x.detach()).value(), {x}, {x},
                      [&](const Replay& r) -> Gradients { return {r.grad() * (r.saved(0) * 2 + error)}; });
      };
      if (!gradcheck(f, {Variable(values)})) ++refused;
    }
    CAPTURE(times_the_bound);
    CHECK(refused == (times_the_bound > 1 ? 100 : 0));
  }
}

TEST_CASE("gradcheck says if an input lies on a kink") {
  const GradcheckResult result =
      gradcheck([](const Variable& x) { return sum(relu(x)); }, {Variable(tensor({1.0, 0.0, -1.0}))});
  CHECK(result.message() ==
        "[gradcheck] gradient wrong for input 0 of shape (3,) at (1,): analytic 0, numeric 0.5, relative "
        "error 1; "
        "the function has a kink there: its slope is 0 on the left, 1 on the right\n"
        "1 of 3 entries wrong\n"
        "at    analytic   numeric\n"
        "(0,)  1  0* 0      1 0.5   0");
  const GradcheckResult smooth =
      gradcheck([](const Variable& x) { return sum(square_off_by(x, 1.1)); }, {Variable(tensor({0.001}))});
  CHECK_FALSE(smooth);
  CHECK(smooth.message().find("kink") == std::string::npos);
}
