// Errors of hooks on gradients, and inside of them.
#include "support.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

double at(const Tensor& x) { return x.item<double>(); }
Variable scalar(double value) { return Variable(full({}, value, float64), true); }
std::string node_name(const Variable& x, const char* op) {
  return "node #" + std::to_string(x.node()->id()) + " (" + op + ")";
}

}  // namespace

TEST_CASE("hooks: an exception ends the replay, which can be tried again") {
  const Variable x = scalar(2);
  const Variable y = x * 3;
  bool fails = true;
  y.register_hook([&](const Variable&) {
    if (fails) throw std::logic_error("not yet");
  });
  CHECK_THROWS_AS(y.backward(), std::logic_error);
  CHECK_FALSE(x.has_grad());
  fails = false;
  y.backward();
  CHECK(at(x.grad()) == 3);
}

TEST_CASE("hooks: errors name the broken rule") {
  const Variable x(ones({2}), true);
  const auto keep = [](const Variable&) {};
  CHECK_THROWS_TEXT(Variable(ones({2})).register_hook(keep),
                    "[register_hook] the variable of shape (2,) does not require a gradient");
  CHECK_THROWS_TEXT(Variable().register_hook(keep), "[register_hook] the variable is undefined");
  CHECK_THROWS_TEXT(x.register_hook(GradientHook()), "[register_hook] the hook is empty");

  const Variable y = x * 2, z = y * 3;
  HookHandle wrong = y.register_hook([](const Variable&) { return ones({3}); });
  CHECK_THROWS_TEXT(sum(z).backward({.retain_graph = true}),
                    "[register_hook] a hook on " + node_name(y, "mul") +
                        " returned (3,) float32 for a gradient of (2,) float32");
  wrong.remove();
  wrong = y.register_hook([](const Variable& g) { return g.to(float64); });
  CHECK_THROWS_TEXT(sum(z).backward({.retain_graph = true}),
                    "returned (2,) float64 for a gradient of (2,) float32");
  wrong.remove();
  y.register_hook([](const Variable& g) { g.value().mul_(2); });
  CHECK_THROWS_TEXT(sum(z).backward({.retain_graph = true}),
                    "[register_hook] a hook on " + node_name(y, "mul") +
                        " changed the gradient in place, which others may share");
}

TEST_CASE("hooks: an error of an op inside a hook names the node") {
  const Variable x(ones({2}), true);
  const Variable y = x * 2;
  y.register_hook([](const Variable& g) { return g + ones({3}); });
  CHECK_THROWS_TEXT(y.backward(ones({2})),
                    "aligned at the last dim) (in a hook on " + node_name(y, "mul") + ")");
}

TEST_CASE("hooks: an error of grad() inside a hook says that nothing is recorded there, and what to do") {
  const Variable x = scalar(2);
  const std::string off =
      "does not require a gradient: nothing is recorded here, under a NoGradGuard or in a hook or rule of a "
      "replay without create_graph; compute it under GradModeGuard guard(true), or replay with grad(..., "
      "{.create_graph = true})";
  std::string of_output, of_input, of_backward;
  HookHandle handle = x.register_hook([&](const Variable& g) {
    of_output = thrown_text([&] { grad({x * x}, {x}); });
    of_input = thrown_text([&] { grad({g * g}, {g}); });
    of_backward = thrown_text([&] { (x * x).backward(); });
  });
  const std::string place = " (in a hook on " + node_name(x, "leaf") + ")";
  (x * 3).backward();
  CHECK(of_output == "[grad] the output of shape () " + off + place);
  CHECK(of_input == "[grad] input 0 of shape () " + off + place);
  CHECK(of_backward == "[backward] the output of shape () " + off + place);
  handle.remove();

  // with recording on, as the text says, there is no error
  const Variable w = scalar(2);
  std::vector<double> slopes;
  x.register_hook([&](const Variable&) {
    const GradModeGuard guard(true);
    slopes.push_back(at(grad({w * w}, {w})[0].value()));
  });
  (x * 3).backward();
  CHECK(slopes == std::vector<double>{4});
  CHECK_THROWS_TEXT(grad({Variable(ones({}))}, {x}),
                    "none of its inputs does, or it was made without recording");
}
