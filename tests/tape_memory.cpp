// How a tape is destroyed.
#include "support.hpp"

#include <memory>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

Variable leaf(double value) { return Variable(tensor({value}), true); }

constexpr int many = 1'000'000;

}  // namespace

TEST_CASE("tape: a chain of a million nodes is recorded, replayed and destroyed without recursion") {
  const Variable x = leaf(1);
  Variable y = x;
  for (int i = 0; i < many; ++i) y = y + 1;
  y.backward();
  CHECK(x.grad().item<double>() == 1);
  const std::weak_ptr<Node> last = y.node();
  y = Variable();
  CHECK(last.expired());
}

TEST_CASE(
    "tape: a chain that was never replayed is destroyed without recursion, whether inputs, saved values or "
    "captures hold it") {
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

TEST_CASE("tape: dropping a loss frees its graph, even if an op keeps its own output") {
  const Variable x = leaf(0.5);
  Variable y = exp(x);
  const std::weak_ptr<Node> node = y.node();
  y = y * y;
  CHECK_FALSE(node.expired());
  y = Variable();
  CHECK(node.expired());
}
