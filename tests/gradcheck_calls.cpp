// gradcheck of functions and modules, and what it refuses.
#include "support.hpp"

#include <limits>
#include <stdexcept>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/dropout.hpp>
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

Variable random_normal(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  return randn(shape, float32, generator);
}

struct Linear {  // like a module: called with its input, and says what its parameters are called
  Variable weight{random_normal({3, 2}, 7).value(), true}, bias{tensor({0.5, -0.25}), true};
  double bias_factor = 1;
  std::vector<std::pair<std::string, Variable>> named_parameters() const {
    return {{"weight", weight}, {"bias", bias}};
  }
  Variable operator()(const Variable& x) const {
    return sum(x.unsqueeze(-1) * weight, {0}) + square_off_by(bias, bias_factor);
  }
};

}  // namespace

TEST_CASE("gradcheck reports why a function cannot be checked") {
  Generator generator(3);
  struct Row {
    const char* text;
    GradcheckFunction f;
  };
  const Row rows[] = {
      {"[gradcheck] f is not deterministic: call eval() on a module with dropout, or seed a Generator in f",
       [&](const Xs& x) { return x[0] * Variable(rand({2}, float64, generator)); }},
      {"[gradcheck] f returned an undefined Variable", [](const Xs&) { return Variable(); }},
      {"[gradcheck] f returned int64, which has no gradient",
       [](const Xs& x) { return Variable(x[0].value().to(int64)); }},
      {"[gradcheck] f returned float32 for float64 inputs: too coarse for differences; leave out the to()",
       [](const Xs& x) { return x[0].to(float32); }},
      {"[gradcheck] f's result of shape (2,) is not finite at (1,)", [](const Xs& x) { return log(x[0]); }},
  };
  for (const Row& row : rows) {
    for (int order : {1, 2}) {
      const GradcheckResult result = gradcheck(row.f, {Variable(tensor({0.5, -2}))}, {.order = order});
      CHECK(result.message() == std::string(row.text));
    }
  }
}

TEST_CASE("gradcheck tells a random function whose first calls agree from a wrong gradient") {
  const Variable x(tensor({{0.5, -2.0, 1.0, 3.0}}));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    const GradcheckResult result =
        gradcheck([&](const Variable& v) { return dropout(v, 0.1, true, generator); }, {x});
    const bool is_named = result.message().find("[gradcheck] f is not deterministic") == 0;
    CHECK_MESSAGE((result || is_named), result.message());
  }
}

TEST_CASE("gradcheck checks the leaves that a lambda reads") {
  const Linear linear, wrong{.bias_factor = 3};
  const Variable x(tensor({{0.5, -2.0, 1.0}}));
  const auto check = [&](const Linear& model) {
    return gradcheck([&](const Variable& v) { return model(v); }, {x}, {},
                     {{"weight", model.weight}, {"bias", model.bias}});
  };
  CHECK(check(linear));
  CHECK(check(wrong).message().find("gradient wrong for bias") != std::string::npos);
}

TEST_CASE("gradcheck reports gradients that are not finite") {
  const auto root = [](const Variable& x) { return sum(sqrt(x)); };
  const Variable x(tensor({0.0, 1.0}));
  CHECK_FALSE(gradcheck(root, {x}));
  CHECK(gradcheck(root, {x}).message().find("for input 0 of shape (2,) at (0,): analytic inf, numeric ") !=
        std::string::npos);
  CHECK(gradcheck(root, {x}, {.order = 2}).message() ==
        "[gradcheck] the gradient of input 0 of shape (2,) is not finite at (0,)");
}

TEST_CASE("gradcheck refuses arguments that leave nothing to check") {
  const GradcheckFunction identity = [](const Xs& x) { return x[0]; };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Variable x(ones({2})), derived = Variable(ones({2}), true) * 2;
  CHECK_THROWS_TEXT(gradcheck(identity, Xs{Variable(tensor({1, 2})), Variable(tensor({true}))}),
                    "[gradcheck] none of the 2 inputs is floating");
  CHECK_THROWS_TEXT(gradcheck(identity, Xs{x, Variable(tensor({{1, nan}}))}),
                    "[gradcheck] input 1 of shape (1, 2) is not finite at (0, 1)");
  CHECK_THROWS_TEXT(gradcheck(identity, Xs{x, Variable()}), "[gradcheck] input 1 is undefined");
  CHECK_THROWS_TEXT(gradcheck(identity, Xs{x}, GradcheckOptions{.order = 3}),
                    "[gradcheck] order 3 is not 1 or 2");
  CHECK_THROWS_TEXT(gradcheck(GradcheckFunction(), Xs{x}), "[gradcheck] the function is empty");
  CHECK_THROWS_TEXT(gradcheck(identity, Xs{x}, {}, {{"weight", derived}}),
                    "[gradcheck] weight is the result of an op, not a leaf");
  CHECK_THROWS_TEXT(gradcheck([](const Variable& a, const Variable& b) { return a + b; }, Xs{x}),
                    "[gradcheck] the function does not take 1 inputs");
  const auto nine = [](auto a, auto b, auto c, auto d, auto e, auto f, auto g, auto h, auto i) {
    return a + b + c + d + e + f + g + h + i;
  };
  CHECK_THROWS_TEXT(gradcheck(nine, Xs(9, x)),
                    "[gradcheck] 9 inputs are more than the 8 that can be passed one by one; let the "
                    "function take a const std::vector<Variable>&");
  CHECK_THROWS_AS(gradcheck(identity, Xs{Variable()}), std::invalid_argument);
}

TEST_CASE("gradcheck takes functions of several arguments") {
  const Variable a = random_normal({2}), b = random_normal({2}, 2);
  CHECK(gradcheck([](const Variable& p, const Variable& q) { return p * q; }, {a, b}));
  CHECK(gradcheck(static_cast<Variable (*)(const Variable&)>(exp), {a}, {.order = 2}));
}

TEST_CASE("gradcheck checks a module's parameters, in float64, and puts them back") {
  Linear module;
  const Variable x = random_normal({3}, 5), frozen(tensor({2.0}));
  module.weight.set_grad(ones({3, 2}));
  const Tensor weight = module.weight.value(), gradient = module.weight.grad();
  const Variable loss = sum(module(x));  // a graph from before
  const GeneratorState state = default_generator().state();

  CHECK(gradcheck(module, {x}));
  CHECK(gradcheck(module, {x}, {.order = 2}));
  CHECK(gradcheck(module, {module.bias.detach().expand({3, 2}).select(1, 0)}));
  module.bias_factor = 1.001;
  CHECK(gradcheck(module, {x}).message().find("wrong for bias of shape (2,) at (") != std::string::npos);
  CHECK_THROWS_TEXT(gradcheck(module, {Variable(ones({4}))}), "(4, 1)");

  CHECK(module.weight.value().storage() == weight.storage());
  CHECK(module.weight.dtype() == float32);
  CHECK(module.weight.grad().storage() == gradient.storage());
  CHECK_FALSE(module.bias.has_grad());
  CHECK(default_generator().state() == state);
  loss.backward();
  CHECK(module.bias.has_grad());

  const GradcheckFunction f = [&](const Xs& in) { return in[0] * frozen * in[0]; };
  CHECK(gradcheck(f, {x}, {}, {{"frozen", frozen}, {"frozen again", frozen}}));
  const Variable both(tensor({1.5}), true);  // an input that is a parameter too
  CHECK(gradcheck([&](const Xs& in) { return in[0] * both; }, {both}, {}, {{"both", both}}));
  CHECK(both.dtype() == float32);
}

TEST_CASE("gradcheck makes the constants of f float64, and says what to do about other float32 values") {
  const Variable x(ones({3})), constant(ones({3})), integers(tensor({1, 2, 3}));
  CHECK(gradcheck(
      [](const Variable& in) {
        return in * ones({3}) + tensor({0.1, 0.2, 0.3}) * full({}, 0.5);
      },
      {x}));
  CHECK(gradcheck([](const Variable& in) { return in * in * arange(0.0, 1.5, 0.5); }, {x}, {.order = 2}));
  CHECK(gradcheck([&](const Variable& in) { return in * (integers / 7); }, {x}));
  CHECK(get_default_dtype() == float32);

  const Linear module;
  const std::string advice =
      "; gradcheck has made the inputs float64, and whatever else f reads must be float64 too: give "
      "gradcheck the module itself, with every member named in visit(), or list the leaves, and make "
      "constants inside the function";
  const auto rule_with_constant = [&](const Variable& in) {
    return record("mine", in.value(), {in}, {}, [&](const Replay&) -> Gradients { return {constant}; });
  };
  struct Row {
    const char* text;
    std::function<Variable(const Variable&)> f;
  };
  const Row rows[] = {
      {"[mul] operands are float64 and float32", [&](const Variable& in) { return in * constant; }},
      {"[mul] operands are float64 and float32", [&](const Variable& in) { return module(in); }},
      {"returned a gradient of shape (3,) and dtype float32 for input 0", rule_with_constant},
  };
  for (const Row& row : rows) {
    const std::string text = thrown_text([&] { gradcheck(row.f, {x}); });
    CAPTURE(text);
    CHECK(text.find(row.text) != std::string::npos);
    CHECK(text.substr(text.size() - std::min(text.size(), advice.size())) == advice);
  }
  CHECK_THROWS_AS(gradcheck(rows[0].f, {x}), std::invalid_argument);
  CHECK_THROWS_AS(gradcheck(rows[2].f, {x}), std::runtime_error);
  struct Mine : std::runtime_error {
    using runtime_error::runtime_error;
  };
  const auto throws_mine = [](const Variable&) -> Variable { throw Mine("mine"); };
  CHECK_THROWS_AS(gradcheck(throws_mine, {x}), Mine);
  CHECK(get_default_dtype() == float32);
  CHECK(gradcheck(GradcheckFunction([&](const Xs& in) { return in[0] * constant; }), {x}, {},
                  {{"constant", constant}}));
}

TEST_CASE("gradcheck of a module says where to look when dtypes clash") {
  struct Forgetful {
    Variable weight{ones({3}), true}, scale{ones({3}), true};
    std::vector<std::pair<std::string, Variable>> named_parameters() const { return {{"weight", weight}}; }
    Variable forward(const Variable& x) const { return x * weight * scale; }
  };
  const Forgetful module;
  CHECK(thrown_text([&] { gradcheck(module, {Variable(ones({3}))}); }) ==
        "[mul] operands are float64 and float32; convert one of them with to(float64) or to(float32); "
        "gradcheck has "
        "made the inputs float64, and whatever else f reads must be float64 too: give gradcheck the module "
        "itself, with "
        "every member named in visit(), or list the leaves, and make constants inside the function");
  const auto shapes = thrown_text([&] { gradcheck(module, {Variable(ones({4}))}); });
  CHECK(shapes.find("visit") == std::string::npos);
  CHECK(shapes.find("[mul]") == 0);
}

TEST_CASE("gradcheck runs with gradient mode off, and leaves it off") {
  const NoGradGuard guard;
  CHECK(gradcheck([](const Variable& x) { return exp(x); }, {random_normal({2})}));
  CHECK_FALSE(grad_enabled());
}

TEST_CASE("gradcheck keeps the strides of the inputs") {
  const Tensor x = random_normal({4, 6}).value().mT().slice(0, 1, to_end, 2);
  Strides seen;
  const auto f = [&](const Variable& in) {
    seen = in.value().strides();
    return in * in;
  };
  CHECK(gradcheck(f, {Variable(x)}));
  CHECK(seen.str() == x.strides().str());
}
