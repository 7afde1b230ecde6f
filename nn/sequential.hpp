#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

class Sequential;

/// Not one Sequential alone, which is moved rather than made the only step of another.
template <class... Steps>
concept AreSteps = sizeof...(Steps) != 1 || (!std::same_as<std::remove_cvref_t<Steps>, Sequential> && ...);

/// Modules and functions one after the other, named "0", "1", ...; a function has a number and no parameters,
/// as PyTorch's activation modules.
///
///     nn::Sequential mlp(nn::Linear(2, 32), relu, nn::Linear(32, 1));
class Sequential : public Module {
 public:
  Sequential() = default;
  template <class... Steps>
  requires AreSteps<Steps...>
  explicit Sequential(Steps&&... steps) { (push_back(std::forward<Steps>(steps)), ...); }

  /// A module is moved in.
  template <class S>
  void push_back(S&& step) {
    using Kept = std::decay_t<S>;
    static_assert(std::is_invocable_r_v<Variable, const Kept&, const Variable&>,
                  "a step of a Sequential is called with a Variable and gives one");
    if constexpr (std::derived_from<Kept, Module>) {
      static_assert(!std::is_lvalue_reference_v<S>, "modules are moved, not copied: std::move(module)");
    }
    steps_.push_back(std::make_unique<StepOf<Kept>>(std::forward<S>(step)));
  }

  Variable forward(const Variable& x) const {
    const ForwardScope scope(*this);
    Variable y = x;
    for (const auto& step : steps_) y = (*step)(y);
    return y;
  }
  Variable operator()(const Variable& x) const { return forward(x); }

  std::size_t size() const { return steps_.size(); }
  /// Step i, which must be an M: `mlp.at<nn::Linear>(0).weight`.
  template <class M>
  M& at(std::size_t i) {
    if (i >= size()) fail_range("Sequential", "index ", i, " is out of range for ", size(), " steps");
    auto* step = dynamic_cast<StepOf<M>*>(steps_[i].get());
    if (!step) fail("Sequential", "step ", i, " is of another type than the one asked for");
    return step->callable;
  }

  void visit(Visitor& visitor) const override {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (const Module* module = steps_[i]->module()) visitor(std::to_string(i), *module);
    }
  }

 private:
  struct Step {
    virtual ~Step() = default;
    virtual Variable operator()(const Variable& x) const = 0;
    virtual const Module* module() const = 0;  // null of a function
  };
  template <class Callable>
  struct StepOf : Step {
    template <class From>
    explicit StepOf(From&& from) : callable(std::forward<From>(from)) {}
    Variable operator()(const Variable& x) const override { return callable(x); }
    const Module* module() const override {
      if constexpr (std::derived_from<Callable, Module>) return &callable;
      return nullptr;
    }
    Callable callable;
  };

  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace xgrad::nn
