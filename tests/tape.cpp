// The tape: what is recorded, in which order it is replayed, and what it keeps.
#include "support.hpp"

#include <string>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

Variable leaf(double value) { return Variable(tensor({value}), true); }

// x unchanged, with a rule that writes `name` into a log.
Variable mark(const Variable& x, std::string name, std::vector<std::string>& log) {
  return record("mark", x.value().clone(), {x}, {}, [name, &log](const Replay& r) -> Gradients {
    log.push_back(name);
    return {r.grad()};
  });
}

}  // namespace

TEST_CASE("tape: an op's id is greater than the ids of its inputs") {
  const Variable a = leaf(1), b = leaf(2);
  const Variable c = a * b, d = c + a;
  CHECK(a.node()->id() < b.node()->id());
  CHECK(b.node()->id() < c.node()->id());
  CHECK(c.node()->id() < d.node()->id());
  CHECK(std::string(d.node()->op()) == "add");
  CHECK(std::string(a.node()->op()) == "leaf");
  CHECK(d.node()->inputs() == Node::List{c.node(), a.node()});
}

TEST_CASE("tape: nodes are replayed newest first, each once, however many edges lead to them") {
  std::vector<std::string> log;
  const Variable x = leaf(3);
  const Variable a = mark(x, "a", log), b = mark(a, "b", log), c = mark(a, "c", log);
  const Variable unused = mark(b, "unused", log);
  const Variable d = mark(c * b + a * b, "d", log);
  d.backward();
  CHECK(log == std::vector<std::string>{"d", "c", "b", "a"});
  CHECK(x.grad().item<double>() == 12);  // d(2 x²)/dx
}

TEST_CASE("tape: changing a saved value in place is an error that names the op") {
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

TEST_CASE("tape: gradients are borrowed first, and added to in place only by their owner") {
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

  const Variable wide(ones({2}), true);  // its gradient arrives expanded, but is stored in its own memory
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

TEST_CASE("tape: a refused replay changes no gradient") {
  const Variable x = leaf(3), y = (x * x).retain_grad(), z = y * 2;
  z.backward();
  CHECK_THROWS_TEXT(z.backward(), "was already replayed");
  CHECK_THROWS_TEXT((y * 5).backward(), "was already replayed");
  CHECK(y.grad().item<double>() == 2);
  CHECK(x.grad().item<double>() == 12);
}
