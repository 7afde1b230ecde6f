// Modules that a user writes: forward, the call around it, and the names in visit.
#include "support.hpp"

#include <memory>
#include <type_traits>
#include <utility>

#include <xgrad/core/autograd/checkpoint.hpp>
#include <xgrad/core/debug/anomaly.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/sequential.hpp>

using namespace xgrad;

namespace {

// Gated linear unit: y = (x W + b) ⊙ tanh(x V + c).
struct Gated : nn::Callable<Gated> {
  nn::Linear values{4, 3}, gates{4, 3};
  Variable forward(const Variable& x) const {
    const Variable y = values(x);
    return y * tanh(gates(x));
  }
  void visit(nn::Visitor& v) const override { v("values", values)("gates", gates); }
};

struct AffineOptions {
  double factor = 1, shift = 0;
};

// x · factor + shift.
struct Affine : nn::Callable<Affine> {
  Variable forward(const Variable& x, const AffineOptions& options = {}) const {
    return x * options.factor + options.shift;
  }
  Variable operator()(const Variable& x, const AffineOptions& options = {}) const {
    return Callable::operator()(x, options);
  }
  void visit(nn::Visitor&) const override {}
};

// Takes and returns what its forward does.
struct Typed : nn::Callable<Typed> {
  struct Result {
    Variable y;
    int count;
  };
  Variable kept;
  Result forward(std::unique_ptr<int> count) const { return {kept, *count}; }
  const Variable& forward() const { return kept; }
  void visit(nn::Visitor&) const override {}
};

struct Silent : nn::Callable<Silent> {
  void visit(nn::Visitor&) const override {}
};

template <class Module, class... Args>
constexpr bool is_called_with = std::is_invocable_v<const Module&, Args...>;

const Variable wrong_shape = ones({2, 5});

}  // namespace

TEST_CASE("a call is forward, and names the module in an error") {
  const Gated gated;
  const Variable x(randn({2, 4}), /*requires_grad=*/true);
  CHECK(equal(gated(x).value(), gated.forward(x).value()));
  CHECK(thrown_text([&] { gated(wrong_shape); }).ends_with(" (in values)"));
  CHECK(thrown_text([&] { gated.forward(wrong_shape); }).find("(in ") == std::string::npos);
}

TEST_CASE("a module is invocable with the arguments that its forward takes") {
  static_assert(is_called_with<Gated, Variable> && is_called_with<Gated, Tensor>);
  static_assert(!is_called_with<Gated> && !is_called_with<Gated, Variable, Variable>);
  static_assert(!is_called_with<Gated, double> && !is_called_with<Silent, Variable>);
  using Attention = nn::MultiHeadAttention;
  static_assert(is_called_with<Attention, Variable, Variable, Variable, nn::Mask>);
  static_assert(is_called_with<Attention, Variable, Variable, Variable> &&
                !is_called_with<Attention, Variable>);
  static_assert(!is_called_with<nn::ModuleList<Gated>, Variable>);
}

TEST_CASE("a call passes arguments on and returns what forward returns") {
  const Typed typed;
  static_assert(std::is_same_v<decltype(typed()), const Variable&>);
  CHECK(&typed() == &typed.kept);
  CHECK(typed(std::make_unique<int>(7)).count == 7);
}

TEST_CASE("a module declares its own call where forward takes options in braces") {
  const Affine affine;
  CHECK(affine(ones({}), {.factor = 3, .shift = 2}).item<float>() == 5);
  CHECK(affine(ones({})).item<float>() == 1);
  CHECK(static_cast<const nn::Module&>(affine).forward(ones({})).item<float>() == 1);
}

TEST_CASE("a Module& of any type is called by forward") {
  const Gated gated;
  const nn::Module& module = gated;
  const Variable x = randn({2, 4});
  CHECK(equal(module.forward(x).value(), gated(x).value()));
  CHECK(thrown_text([&] { module.forward(wrong_shape); }).ends_with(" (in values)"));
  CHECK(gradcheck(module, {Variable(randn({2, 4}, float64))}));
}

TEST_CASE("a Module& that does not take one Variable says so by name") {
  const nn::MultiHeadAttention attention(4, 2);
  const nn::ModuleList<nn::Linear> list;
  const auto text = [](const nn::Module& module) {
    return thrown_text([&] { module.forward(ones({1, 2, 4})); });
  };
  CHECK(text(attention) ==
        "[forward] xgrad::nn::MultiHeadAttention has no forward that takes one Variable and returns one; "
        "call it by its own type");
  CHECK(text(list).starts_with("[forward] xgrad::nn::ModuleList<xgrad::nn::Linear> has no forward"));
  CHECK(text(Silent()).find("Silent has no forward that takes one Variable") != std::string::npos);
  CHECK(text(Typed()).find("Typed has no forward that takes one Variable") != std::string::npos);
}

TEST_CASE("gradcheck, checkpoint, Sequential and AnomalyGuard call a module, so that errors name it") {
  const Gated gated;
  CHECK(gradcheck(gated, {Variable(randn({2, 4}, float64))}));
  const auto place = [](const auto& call) {
    const std::string text = thrown_text(call);
    const std::size_t at = text.rfind("(in ");
    return at == std::string::npos ? "" : text.substr(at);
  };
  CHECK(place([&] { gradcheck(gated, {wrong_shape}); }) == "(in values)");
  CHECK(place([&] { checkpoint(gated, {wrong_shape}); }) == "(in values)");
  CHECK(place([&] { nn::Sequential(relu, Gated())(wrong_shape); }) == "(in 1.values)");
  const AnomalyGuard guard(gated);
  gated.gates.bias.value().fill_(std::numeric_limits<float>::infinity());
  CHECK(place([&] { gated(ones({2, 4})); }) == "(in gates)");
}

TEST_CASE("visit is refused where two members have one name, or where a name does not make a path") {
  struct Twins : nn::Module {
    nn::Linear a{2, 2}, b{2, 2};
    Variable scale{ones({2}), /*requires_grad=*/true};
    const char* third = "scale";
    void visit(nn::Visitor& v) const override { v("a", a)("b", b)(third, scale); }
  };
  Twins module;
  CHECK(module.parameters().size() == 5);
  module.third = "a";
  CHECK_THROWS_TEXT(module.parameters(), "Twins names two members \"a\"; a name is unique");
  CHECK_THROWS_TEXT(module.state_dict(), "names two members \"a\"");
  for (const char* name : {"", "a.b", ".", "my scale", "scale ", "\tscale", "sca\nle"}) {
    CAPTURE(name);
    module.third = name;
    CHECK_THROWS_TEXT(module.named_parameters(),
                      "Twins names a member \"" + std::string(name) +
                          "\"; a name is unique, is not empty, and has no dot and no blank");
  }
  module.third = "größe_2";
  CHECK(module.named_parameters().back().first == "größe_2");
}
