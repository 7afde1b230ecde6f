// fused(rule, kernel): which of the two runs.
#include "support.hpp"

#include <cstdlib>
#include <string>
#include <thread>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double by_rule = 2, by_kernel = 3;

// x unchanged. Its gradient is g times a number that tells who computed it.
Variable marked(const Variable& x) {
  const auto rule = [](const Replay& r) -> Gradients { return {r.grad() * by_rule}; };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {full(r.input_shape(0), by_kernel, r.grad().dtype())};
  };
  return record("marked", x.value().clone(), {x}, {}, fused(rule, kernel));
}

double slope_of_marked(GradOptions options = {}) {
  const Variable x(ones({2}), true);
  return grad({sum(marked(x))}, {x}, std::move(options))[0].value().at({0});
}

}  // namespace

TEST_CASE("fused: the kernel runs, unless readable rules are on") {
  const ReadableRules off(false);
  CHECK(slope_of_marked() == by_kernel);
  {
    const ReadableRules on(true);
    CHECK(slope_of_marked() == by_rule);
  }
  CHECK(slope_of_marked() == by_kernel);
}

TEST_CASE("fused: the switch counts when the rule runs, not when the op was recorded") {
  const ReadableRules off(false);
  const Variable x(ones({2}), true), y = sum(marked(x));
  const ReadableRules on(true);
  y.backward();
  CHECK(equal(x.grad(), full({2}, by_rule)));
}

TEST_CASE("fused: the switch counts in all threads") {
  const ReadableRules on(true);
  double slope = 0;
  std::thread([&] { slope = slope_of_marked(); }).join();
  CHECK(slope == by_rule);
}

TEST_CASE("fused: create_graph runs the rule") {
  const ReadableRules off(false);
  CHECK(slope_of_marked({.create_graph = true}) == by_rule);
}

// ctest runs this with the variable at 1 and at 0 (tests/CMakeLists.txt).
TEST_CASE("fused: XGRAD_READABLE_RULES=1 in the environment turns readable rules on at the start") {
  const char* const wish = std::getenv("XGRAD_READABLE_RULES");
  CHECK(readable_rules() == (wish && std::string(wish) == "1"));
  CHECK(slope_of_marked() == (readable_rules() ? by_rule : by_kernel));
}
