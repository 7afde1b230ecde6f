#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

class Sequential;

/// A single Sequential is no list of steps: Sequential(Sequential&&) moves it.
template <class... Steps>
concept AreSteps = sizeof...(Steps) != 1 || (!std::same_as<std::remove_cvref_t<Steps>, Sequential> && ...);

/// Modules and functions in a row, named "0", "1", ...; a function has a number and no parameters, like
/// PyTorch's activation modules.
///
///     nn::Sequential mlp(nn::Linear(2, 32), relu, nn::Linear(32, 1));
class Sequential : public Callable<Sequential> {
 public:
  Sequential() = default;
  template <class... Steps>
  requires AreSteps<Steps...>
  explicit Sequential(Steps&&... steps) { (push_back(std::forward<Steps>(steps)), ...); }

  /// A module is moved in.
  template <class S>
  void push_back(S&& step) {
    using Stored = std::decay_t<S>;
    static_assert(std::is_invocable_r_v<Variable, const Stored&, const Variable&>,
                  "a step of a Sequential takes a Variable and returns one");
    if constexpr (std::derived_from<Stored, Module>) {
      static_assert(!std::is_lvalue_reference_v<S>, "modules are moved, not copied: std::move(module)");
    }
    steps_.push_back(std::make_unique<StepOf<Stored>>(std::forward<S>(step)));
  }

  Variable forward(const Variable& x) const {
    Variable y = x;
    for (const auto& step : steps_) y = (*step)(y);
    return y;
  }

  std::size_t size() const { return steps_.size(); }
  /// Step i, which must be an M: `mlp.at<nn::Linear>(0).weight`.
  template <class M>
  M& at(std::size_t i) {
    if (i >= size()) fail_range("Sequential", "index ", i, " is out of range for ", size(), " steps");
    auto* step = dynamic_cast<StepOf<M>*>(steps_[i].get());
    if (!step) fail("Sequential", "step ", i, " is of another type than the one asked for");
    return step->f;
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
    virtual const Module* module() const = 0;  // null for a function
  };
  template <class F>
  struct StepOf : Step {
    template <class From>
    explicit StepOf(From&& from) : f(std::forward<From>(from)) {}
    Variable operator()(const Variable& x) const override { return f(x); }
    const Module* module() const override {
      if constexpr (std::derived_from<F, Module>) return &f;
      return nullptr;
    }
    F f;
  };

  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace xgrad::nn
