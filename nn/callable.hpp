#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <xgrad/nn/forward_scope.hpp>
#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

template <class Module, class... Args>
concept ForwardTakes = requires(const Module& module, Args&&... args) {
  module.forward(std::forward<Args>(args)...);
};

template <class... Args>
concept OneVariable = sizeof...(Args) == 1 && (std::same_as<std::remove_cvref_t<Args>, Variable> && ...);

/// The base of a module that is called: `struct Gated : nn::Callable<Gated>`. The module defines `forward`, a
/// const function of any arguments, and `visit`. The base adds the call, as in PyTorch: `gated(x)` returns
/// `gated.forward(x)`, and an error in it says where it arose, such as "(in blocks.0.gated)". A direct
/// `gated.forward(x)` does not name the module.
///
/// Options in braces have no type that a call could pass on. A module whose `forward` takes them declares its
/// own call:
///
///     Variable forward(const Variable& x, const ScaleOptions& options = {}) const;
///     Variable operator()(const Variable& x, const ScaleOptions& options = {}) const {
///       return Callable::operator()(x, options);
///     }
template <class Self>
class Callable : public Module {
 public:
  template <class... Args>
  requires ForwardTakes<Self, Args...>
  [[gnu::always_inline]] decltype(auto) operator()(Args&&... args) const {
    using Result = decltype(self().forward(std::forward<Args>(args)...));
    if constexpr (OneVariable<Args...> && std::same_as<Result, Variable>) {
      return Module::forward(args...);  // whose scope is compiled once, which makes callers smaller
    } else {
      const ForwardScope scope(*this);
      return self().forward(std::forward<Args>(args)...);
    }
  }

  void forward() const = delete;  // hides Module::forward: a call means Self's own

 private:
  friend Self;
  Callable() = default;
  const Self& self() const { return static_cast<const Self&>(*this); }

  Variable forward_one(const Variable& x) const final {
    if constexpr (std::is_invocable_r_v<Variable, const Callable&, const Variable&>) {
      return self().forward(x);
    } else {
      return Module::forward_one(x);
    }
  }
};

}  // namespace xgrad::nn
