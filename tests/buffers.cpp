// Buffers: Variables that a module saves and does not train.
#include "support.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xgrad;

namespace {

// y = table[picked] · scale + mean, with buffers of three dtypes.
struct Picker : nn::Callable<Picker> {
  Variable table{arange(6.0).reshape({3, 2}), /*requires_grad=*/true};
  Variable mean{tensor({0.5F, -0.5F})};
  Variable picked{tensor({2, 0})};
  Variable is_on{tensor({true, false})};
  Variable bias{
      tensor({-std::numeric_limits<float>::infinity(), 1.0F})};  // −∞ as in a mask; forward takes exp(bias)
  Variable missing;
  Variable forward(const Variable& x) const { return index_select(table, 0, picked) * x + mean + exp(bias); }
  void visit(nn::Visitor& v) const override {
    v.buffer("mean", mean)("table", table).buffer("picked", picked).buffer("is_on", is_on);
    v.buffer("bias", bias).buffer("missing", missing);
  }
};

struct Outer : nn::Module {
  Picker picker;
  nn::Linear linear{2, 1};
  void visit(nn::Visitor& v) const override {
    v("picker", picker)("linear", linear).buffer("same", picker.mean);
  }
};

template <class List>
std::string names(const List& list) {
  std::string all;
  for (const auto& [name, value] : list) all += name + " ";
  return all;
}

template <class V, class Member>
concept TakesMember = requires(V& visitor, const Member& member) {
  visitor("name", member);
};
template <class V, class Member>
concept TakesBuffer = requires(V& visitor, const Member& member) {
  visitor.buffer("name", member);
};

}  // namespace

TEST_CASE("buffers are named and saved with the parameters, and are not parameters") {
  const Outer outer;
  CHECK(names(outer.named_parameters()) == "picker.table linear.weight linear.bias ");
  CHECK(names(outer.named_buffers()) == "picker.mean picker.picked picker.is_on picker.bias ");
  CHECK(names(outer.state_dict()) ==
        "picker.mean picker.table picker.picked picker.is_on picker.bias linear.weight linear.bias same ");
  CHECK(outer.num_parameters() == 6 + 2 + 1);
  CHECK(outer.parameters().size() == 3);

  outer.picker.table.requires_grad_(false);  // a frozen parameter is a parameter
  CHECK(names(outer.named_parameters()) == "picker.table linear.weight linear.bias ");
  CHECK(outer.num_parameters() == 6 + 2 + 1);
}

TEST_CASE("buffers print as buffers, and do not count") {
  std::ostringstream picker, outer;
  picker << Picker();
  CHECK(picker.str() ==
        "Picker(mean (2,) buffer, table (3, 2), picked (2,) buffer, is_on (2,) buffer, bias (2,) buffer)  6\n"
        "6 parameters\n");
  outer << Outer();
  CHECK(outer.str().find("\n  (same): (2,) buffer = picker.mean\n") != std::string::npos);
  CHECK(outer.str().ends_with(")\n9 parameters\n"));
}

TEST_CASE("to() converts floating parameters and buffers only") {
  Picker picker;
  const Variable mean = picker.mean;
  picker.to(float64);
  CHECK(picker.table.dtype() == float64);
  CHECK(mean.dtype() == float64);
  CHECK(picker.picked.dtype() == int64);
  CHECK(picker.is_on.dtype() == boolean);
  const Tensor expected = tensor({{4.5, 4.5 + std::exp(1.0)}, {0.5, 0.5 + std::exp(1.0)}}, float64);
  CHECK(max_abs_diff(picker(ones({2, 2}, float64)).value(), expected) < 1e-15);
  CHECK_THROWS_TEXT(picker.to(int64), "[to] a module becomes float32 or float64, not int64");
  CHECK_THROWS_TEXT(picker.to(boolean), "[to] a module becomes float32 or float64, not boolean");
  CHECK(picker.table.dtype() == float64);
}

TEST_CASE("a buffer that requires a gradient is refused, and a Tensor as a member does not compile") {
  const Outer outer;
  outer.picker.mean.requires_grad_();
  CHECK_THROWS_TEXT(outer.parameters(), "Picker's buffer \"picker.mean\" of shape (2,) requires a gradient");
  CHECK_THROWS_TEXT(outer.state_dict(), "requires a gradient; name it without .buffer as a parameter");
  static_assert(TakesMember<nn::Visitor, Variable> && TakesMember<nn::Visitor, nn::Linear>);
  static_assert(TakesBuffer<nn::Visitor, Variable>);
  static_assert(!TakesMember<nn::Visitor, Tensor> && !TakesBuffer<nn::Visitor, Tensor>);
}

TEST_CASE("buffers are loaded in place, in their own dtypes") {
  const auto path = std::filesystem::temp_directory_path() / "xgrad_test_buffers.safetensors";
  const Outer outer, other;
  outer.picker.mean.value().fill_(7);
  outer.picker.picked.value().fill_(1);
  outer.save(path);
  const Variable handle = other.picker.mean;
  other.load(path);
  std::filesystem::remove(path);
  CHECK(equal(handle.value(), full({2}, 7.0F)));
  CHECK(equal(other.picker.picked.value(), tensor({1, 1})));
  CHECK(equal(other.picker.is_on.value(), tensor({true, false})));
  NamedTensors state = outer.state_dict();
  state.erase(state.begin() + 2);
  CHECK_THROWS_TEXT(other.load_state_dict(state), "missing: picker.picked (2,)");
}

TEST_CASE("gradcheck makes buffers float64 and does not check them") {
  const Picker picker;
  const auto result = gradcheck(picker, {randn({2, 2})});
  CHECK_MESSAGE(result, result.message());
  CHECK(picker.mean.dtype() == float32);
  CHECK(equal(picker.mean.value(), tensor({0.5F, -0.5F})));
  CHECK_FALSE(picker.mean.requires_grad());
}
