// record(): custom ops, their rules, and the errors in them.
#include "support.hpp"

#include <string>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

Variable leaf(double value) { return Variable(tensor({value}), true); }

}  // namespace

TEST_CASE("record: a rule is asked for wanted gradients only") {
  std::vector<bool> asked;
  const auto product = [&](const Variable& a, const Variable& b) {
    return record(
        "product", (a.detach() * b.detach()).value(), {a, b}, {keep_for(0, b), keep_for(1, a)},
        [&asked](const Replay& r) -> Gradients {
          asked = {r.wants(0), r.wants(1)};
          return {r.wants(0) ? r.grad() * r.saved(0) : nothing, r.wants(1) ? r.grad() * r.saved(1) : nothing};
        });
  };
  const Variable a = leaf(2), b = leaf(5), constant(tensor({7.0}));
  product(a, b).backward();
  CHECK(asked == std::vector<bool>{true, true});
  const Variable ac = product(a, constant);
  CHECK(ac.node()->saved_bytes() == 4);  // the constant, and not a
  ac.backward();
  CHECK(asked == std::vector<bool>{true, false});
  CHECK(grad({product(a, b)}, {b}).at(0).item<double>() == 2);
  CHECK(asked == std::vector<bool>{false, true});
  CHECK_FALSE(product(constant, constant).requires_grad());
  CHECK(product(constant, constant).node() == nullptr);
}

TEST_CASE("record: an undefined Variable among the keeps keeps nothing") {
  const Variable x = leaf(3), without;
  const auto with_saved = [&](std::size_t which) {
    return record("mine", x.value().clone(), {x, without}, {without, x},
                  [which](const Replay& r) -> Gradients {
                    return {r.grad() * r.saved(which), nothing};
                  });
  };
  const Variable y = with_saved(1);
  CHECK(y.node()->saved_bytes() == 4);
  y.backward();
  CHECK(x.grad().item<double>() == 3);
  CHECK_THROWS_TEXT(with_saved(0).backward(), "the rule asks for saved value 0, which the op did not keep");
}

TEST_CASE("record: the output that an op keeps is not one of the saved values") {
  const Variable x = leaf(3);
  const Variable y = record("mine", x.value() * 2, {x}, {keeps_output, x}, [](const Replay& r) -> Gradients {
    CHECK(r.keeps(0));
    CHECK_FALSE(r.keeps(1));
    return {r.output() + 10 * r.saved(0)};
  });
  CHECK(y.node()->saved_bytes() == 8);
  y.backward();
  CHECK(x.grad().item<double>() == 6 + 30);
}

TEST_CASE("record: an error in a custom op's rule names the op") {
  const Variable x(ones({2, 3}), true), y(ones({3}), true);
  const auto with_rule = [&](Rule rule) {
    return record("mine", (x.detach() + y.detach()).value(), {x, y}, {keep_for(1, x)}, std::move(rule));
  };
  struct Row {
    const char* text;
    Rule rule;
  };
  const Row rows[] = {
      {"(mine) returned 1 gradients for 2 inputs", [](const Replay& r) -> Gradients { return {r.grad()}; }},
      {"(mine) returned a gradient of shape (2, 3) and dtype float32 for input 1 of shape (3,) and dtype "
       "float32",
       [](const Replay& r) -> Gradients {
         return {r.grad(), r.grad()};
       }},
      {"(mine) returned a gradient of shape (2, 3) and dtype float64 for input 0 of shape (2, 3) and dtype "
       "float32",
       [](const Replay& r) -> Gradients {
         return {r.grad().to(float64), nothing};
       }},
      {"the rule asks for saved value 1, which the op did not keep",
       [](const Replay& r) -> Gradients {
         return {r.saved(1), nothing};
       }},
      {"the rule asks for its output, but the op did not say keeps_output",
       [](const Replay& r) -> Gradients {
         return {r.output(), nothing};
       }},
      {"the rule asks for input 2 of 2",
       [](const Replay& r) -> Gradients {
         return {r.wants(2) ? r.grad() : nothing, nothing};
       }},
  };
  for (const Row& row : rows) CHECK_THROWS_TEXT(with_rule(row.rule).backward(ones({2, 3})), row.text);
  CHECK_THROWS_TEXT(with_rule(Rule()), "[mine] a recorded op needs a rule");
  CHECK_THROWS_TEXT(record("mine", ones({3}), {y}, {keep_for(1, y)}, rows[0].rule),
                    "[mine] keep_for names input 1 of 1");
  const Variable constant(ones({2}));
  const Variable one = record("mine", ones({2}), {constant, y}, {}, [](const Replay& r) -> Gradients {
    return {sum_to(r.grad(), r.input_shape(0)), nothing};
  });
  CHECK_THROWS_TEXT(one.backward(ones({2})),
                    "the rule asks for the shape of input 0, which wants no gradient; ask wants(0) first");
  CHECK_THROWS_TEXT(
      record("pick", zeros({2}, int64), {y}, {}, [](const Replay&) { return Gradients{nothing}; }),
      "[pick] a recorded result must be floating, not int64");
}

TEST_CASE("record: an error of an op inside a rule names the rule's node") {
  const auto name = [](const Variable& y, const char* op) {
    return "node #" + std::to_string(y.node()->id()) + " (" + op + ")";
  };
  const Variable x(ones({2, 3}), true);
  const Variable y = record("square", (x.detach() * x.detach()).value(), {x}, {x},
                            [](const Replay& r) -> Gradients { return {matmul(r.grad(), r.saved(0))}; });
  const std::string shapes = "[matmul] inner sizes differ: (2, 3) @ (2, 3)";
  CHECK(thrown_text([&] {
          y.backward(ones({2, 3}), {.retain_graph = true});
        }) == shapes + " (in the rule of " + name(y, "square") + ")");
  CHECK(thrown_text([&] {
          grad({y}, {x}, {.grad_outputs = {ones({2, 3})}, .retain_graph = true});
        }) == shapes + " (in the rule of " + name(y, "square") + ")");
  const std::string elsewhere = thrown_text([&] { matmul(x, x); });
  CHECK(elsewhere == shapes);

  // a replay within a replay names both, the inner one first
  const Variable outer = record("outer", sum(x.detach()).value(), {x}, {}, [&](const Replay&) -> Gradients {
    return {grad({y}, {x}, {.grad_outputs = {ones({2, 3})}, .retain_graph = true})[0]};
  });
  CHECK(thrown_text([&] { outer.backward(); }) ==
        shapes + " (in the rule of " + name(y, "square") + ") (in the rule of " + name(outer, "outer") + ")");
}

TEST_CASE("record: an error about a gradient's shape says what the rule may have left out") {
  const Variable bias(ones({3}), true), x(ones({2, 3}), true);
  const auto with_gradient = [](const Variable& input, const Tensor& gradient) {
    return record("mine", ones({2, 3}), {input}, {},
                  [gradient](const Replay&) -> Gradients { return {Variable(gradient)}; });
  };
  CHECK_THROWS_TEXT(
      with_gradient(bias, ones({2, 3})).backward(ones({2, 3})),
      "for input 0 of shape (3,) and dtype float32; the op broadcast this input, so its gradient is a sum: "
      "r.wants(0) ? sum_to(gradient, r.input_shape(0)) : nothing");
  CHECK_THROWS_TEXT(with_gradient(x, ones({3, 2})).backward(ones({2, 3})),
                    "for input 0 of shape (2, 3) and dtype float32; it looks like a missing mT()");
  const std::string flat = thrown_text([&] { with_gradient(x, ones({6})).backward(ones({2, 3})); });
  CHECK(flat.find("for input 0 of shape (2, 3)") != std::string::npos);
  CHECK(flat.find("; ") == std::string::npos);
}

TEST_CASE("record: a result, a name and valid inputs are required") {
  const Variable x(ones({1}), true), constant = ones({1});
  const Rule rule = [](const Replay& r) -> Gradients { return {r.grad()}; };
  for (const Variable& input : {x, constant}) {
    CHECK_THROWS_TEXT(record("mine", Tensor(), {input}, {}, rule),
                      "[mine] the result to record is undefined");
    CHECK_THROWS_TEXT(record(nullptr, ones({1}), {input}, {}, rule), "[record] the op needs a name");
  }
  CHECK_THROWS_TEXT(record("mine", ones({1}), {x}, {keep_for(-2, x)}, rule),
                    "[mine] keep_for names input -2 of 1");
}
