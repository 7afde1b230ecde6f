// The tape: what is recorded, in which order it is replayed, what is kept, and how it is taken down.
#include "support.hpp"

#include <thread>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

Variable leaf(double value) { return Variable(tensor({value}), true); }

// x unchanged, under a name, with a rule that writes that name down when it is replayed.
Variable mark(const Variable& x, std::string name, std::vector<std::string>& log) {
  return record("mark", x.value().clone(), {x}, {}, [name, &log](const Replay& r) -> Gradients {
    log.push_back(name);
    return {r.grad()};
  });
}

constexpr int many = 1'000'000;

}  // namespace

TEST_CASE("tape: an op's id is above those of its inputs") {
  const Variable a = leaf(1), b = leaf(2);
  const Variable c = a * b, d = c + a;
  CHECK(a.node()->id() < b.node()->id());
  CHECK(b.node()->id() < c.node()->id());
  CHECK(c.node()->id() < d.node()->id());
  CHECK(std::string(d.node()->op()) == "add");
  CHECK(std::string(a.node()->op()) == "leaf");
  CHECK(d.node()->inputs() == Node::List{c.node(), a.node()});
}

TEST_CASE("tape: nodes are replayed newest first, each once, whatever the edges") {
  std::vector<std::string> log;
  const Variable x = leaf(3);
  const Variable a = mark(x, "a", log), b = mark(a, "b", log), c = mark(a, "c", log);
  const Variable unused = mark(b, "unused", log);
  const Variable d = mark(c * b + a * b, "d", log);
  d.backward();
  CHECK(log == std::vector<std::string>{"d", "c", "b", "a"});
  CHECK(x.grad().item<double>() == 12);  // of 2 x²
}

TEST_CASE("tape: a rule is asked for wanted gradients only") {
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

TEST_CASE("tape: a saved value that is changed in place afterwards is an error that names the op") {
  const Variable x = leaf(2), y = leaf(3);
  const Variable product = x * y;
  x.value().add_(1);
  CHECK_THROWS_TEXT(product.backward(),
                    "(mul) kept a value of shape (1,) that was changed in place afterwards "
                    "(version 0, now 1); change a clone() of it, or change it after backward()");
  const Variable z(ones({2, 3}), true), through_view = sum(z * z);
  z.value().mT().select(0, 1).fill_(7);
  CHECK_THROWS_TEXT(through_view.backward(), "(mul) kept a value of shape (2, 3)");
  const Variable w = leaf(1), out = exp(w);  // keeps its output
  out.value().mul_(2);
  CHECK_THROWS_TEXT(out.backward(), "(exp) kept a value of shape (1,)");
  const Variable v = leaf(1), same = v + 1;  // keeps nothing, so nothing is wrong
  v.value().fill_(5);
  CHECK_NOTHROW(same.backward());
}

TEST_CASE("tape: gradients are borrowed first, and added in place only by their owner") {
  const Variable a = leaf(1), b = leaf(2), x = leaf(3);
  (a + b).backward();
  CHECK(a.grad().storage() != b.grad().storage());
  a.grad().mul_(10);
  CHECK(b.grad().item<double>() == 1);

  const Tensor start = tensor({1.0});
  (x + x + x).backward(start);
  CHECK(x.grad().item<double>() == 3);
  CHECK(start.item<double>() == 1);
  CHECK(x.grad().storage() != start.storage());

  const Variable y = leaf(1), inner = y + 0;
  inner.retain_grad();
  (inner + inner * 2).backward();
  CHECK(inner.grad().item<double>() == 3);
  CHECK(y.grad().storage() != inner.grad().storage());

  const Variable wide(ones({2}), true);  // the gradient arrives expanded, and is stored as memory of its own
  sum(wide).backward();
  CHECK_FALSE(wide.grad().overlaps_itself());
}

TEST_CASE("tape: a graph is replayed once, unless it is retained") {
  const Variable x = leaf(3), y = x * x;
  const std::string id = std::to_string(y.node()->id());
  y.backward({.retain_graph = true});
  CHECK(y.node()->saved_bytes() == 8);
  y.backward();
  CHECK(x.grad().item<double>() == 12);
  CHECK(y.node()->saved_bytes() == 0);
  CHECK(y.node()->was_replayed());
  CHECK_THROWS_TEXT(y.backward(), "[backward] node #" + id +
                                      " (mul) was already replayed; pass retain_graph = true to keep it");
  CHECK_THROWS_TEXT((y * 2).backward(), "node #" + id + " (mul) was already replayed");
  CHECK_THROWS_TEXT(grad({y}, {x}), "was already replayed");
  CHECK(x.grad().item<double>() == 12);
}

TEST_CASE("tape: a replay that is refused has changed no gradient") {
  const Variable x = leaf(3), y = (x * x).retain_grad(), z = y * 2;
  z.backward();
  CHECK_THROWS_TEXT(z.backward(), "was already replayed");
  CHECK_THROWS_TEXT((y * 5).backward(), "was already replayed");
  CHECK(y.grad().item<double>() == 2);
  CHECK(x.grad().item<double>() == 12);
}

TEST_CASE("tape: an undefined Variable among the keeps keeps nothing") {
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

TEST_CASE("tape: what a custom op's rule does wrong is named with the op") {
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

TEST_CASE("tape: what an op throws within a rule says whose rule it is") {
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

TEST_CASE("tape: a gradient of the wrong shape says what the rule may have left out") {
  const Variable bias(ones({3}), true), x(ones({2, 3}), true);
  const auto with_gradient = [](const Variable& input, const Tensor& gradient) {
    return record("mine", ones({2, 3}), {input}, {},
                  [gradient](const Replay&) -> Gradients { return {Variable(gradient)}; });
  };
  CHECK_THROWS_TEXT(
      with_gradient(bias, ones({2, 3})).backward(ones({2, 3})),
      "for input 0 of shape (3,) and dtype float32; the op broadcast this input, so its gradient is a sum: "
      "sum_to(gradient, r.input_shape(i))");
  CHECK_THROWS_TEXT(with_gradient(x, ones({3, 2})).backward(ones({2, 3})),
                    "for input 0 of shape (2, 3) and dtype float32; it looks like a missing mT()");
  const std::string flat = thrown_text([&] { with_gradient(x, ones({6})).backward(ones({2, 3})); });
  CHECK(flat.find("for input 0 of shape (2, 3)") != std::string::npos);
  CHECK(flat.find("; ") == std::string::npos);
}

TEST_CASE("tape: a chain of a million nodes is recorded, replayed and taken down without recursion") {
  const Variable x = leaf(1);
  Variable y = x;
  for (int i = 0; i < many; ++i) y = y + 1;
  y.backward();
  CHECK(x.grad().item<double>() == 1);
  const std::weak_ptr<Node> last = y.node();
  y = Variable();
  CHECK(last.expired());
}

TEST_CASE("tape: so is a chain that was never replayed, or is held by saved values or captures alone") {
  struct Row {
    const char* name;
    Variable (*next)(const Variable&, const Variable&);
  };
  const Row rows[] = {
      {"as inputs", [](const Variable& x, const Variable& y) { return x + y; }},
      {"as saved values",
       [](const Variable& x, const Variable& y) {
         return record("keeps", y.value(), {x}, {y}, [](const Replay& r) -> Gradients { return {r.grad()}; });
       }},
      {"as captures",
       [](const Variable& x, const Variable& y) {
         return record("captures", y.value(), {x}, {}, [y](const Replay& r) -> Gradients {
           static_cast<void>(y);
           return {r.grad()};
         });
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const Variable x = leaf(1);
    Variable y = row.next(x, x);
    const std::weak_ptr<Node> first = y.node();
    for (int i = 1; i < many; ++i) y = row.next(x, y);
    CHECK_FALSE(first.expired());
    y = Variable();
    CHECK(first.expired());
  }
}

TEST_CASE("tape: a dropped loss frees its graph, also of an op that keeps its own output") {
  const Variable x = leaf(0.5);
  Variable y = exp(x);
  const std::weak_ptr<Node> node = y.node();
  y = y * y;
  CHECK_FALSE(node.expired());
  y = Variable();
  CHECK(node.expired());
}

TEST_CASE("tape: graphs in separate threads don't disturb each other") {
  constexpr int threads = 8, steps = 300;
  std::vector<double> gradients(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([t, &gradients] {
      const Variable x(full({4}, 1.0 + t, float64), true);
      const GradModeGuard mode(t % 4 != 3);
      for (int i = 0; i < steps; ++i) {
        Variable y = x;
        for (int k = 0; k < 20; ++k) y = y * 1.0 + x;
        if (grad_enabled()) sum(y).backward();
      }
      gradients[static_cast<std::size_t>(t)] = x.has_grad() ? static_cast<double>(x.grad().at({3})) : -1;
    });
  }
  for (std::thread& thread : running) thread.join();
  for (int t = 0; t < threads; ++t) {
    CHECK(gradients[static_cast<std::size_t>(t)] == (t % 4 == 3 ? -1 : 21.0 * steps));
  }
}
