#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/base/dims.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

class Hooks;
class Node;
class Variable;

struct BackwardOptions {
  bool retain_graph = false;  ///< keep the saved values, so that the graph can be replayed again
};

/// A function that takes a gradient and returns its replacement, or an undefined Variable to keep it.
using GradientHook = std::function<Variable(const Variable&)>;

/// Removes a hook. Destroying the handle leaves the hook in place.
class HookHandle {
 public:
  HookHandle() = default;
  void remove();  ///< from the next gradient on; a second call does nothing (hooks.cpp)

 private:
  friend class Variable;
  HookHandle(std::weak_ptr<Hooks> hooks, std::uint64_t id) : hooks_(std::move(hooks)), id_(id) {}
  std::weak_ptr<Hooks> hooks_;
  std::uint64_t id_ = 0;
};

/// A handle to a Tensor and, when a gradient is wanted, to the tape's Node that made it.
///
/// Copies alias: one value, one gradient, however many handles an optimiser, a tied head or a state dict
/// hold. A leaf is a Variable that no op made; `backward()` leaves gradients in the leaves that require one.
/// Further methods are ops, such as `x.sum(0)` and `x.exp()`: tensor/op_methods.hpp.
class Variable : public OpMethods<Variable> {
 public:
  Variable() = default;  ///< undefined
  /// A leaf. Implicit, so that a Tensor can be any op's argument. Throws if a gradient is required of a dtype
  /// that is not floating.
  Variable(Tensor value, bool requires_grad = false);
  template <ForeignArray Array>
  Variable(Array&& array, bool requires_grad = false)
      : Variable(Tensor(std::forward<Array>(array)), requires_grad) {}
  /// A result becomes a Tensor: `Tensor z = t + t`. Throws if it requires a gradient, which would be lost. A
  /// Variable with a name says so: `x.value()`.
  operator Tensor() &&;
  operator Tensor() const& = delete;  // x.value()
  Variable(const Variable&) = default;
  Variable(Variable&&) = default;
  Variable& operator=(const Variable&) & = default;  ///< this handle is now one of the other Variable
  Variable& operator=(Variable&&) & = default;
  void operator=(const Variable&) && = delete;  // x[0] = v: under a NoGradGuard, x.value()[0] = v.value()
  void operator=(Scalar) && = delete;           // x[0] = 1: under a NoGradGuard, x.value()[0] = 1

  bool defined() const { return state_ != nullptr; }
  const Tensor& value() const {
    if (!state_) fail_undefined();
    return state_->value;
  }
  /// Replaces a leaf's value in every handle. A gradient of another shape or dtype is dropped.
  void set_value(Tensor value) const;

  bool requires_grad() const { return state_ && state_->requires_grad; }
  /// For leaves only. `false` freezes the leaf: it gets no further gradient, even from graphs recorded
  /// before, and its hooks are not called. The gradient it has stays until `zero_grad()`.
  const Variable& requires_grad_(bool requires_grad = true) const;
  bool is_leaf() const;
  bool has_grad() const;
  const Tensor& grad() const;           ///< throws if there is none (see `has_grad`)
  void set_grad(Tensor grad) const;     ///< of this Variable's shape and dtype; undefined drops it
  void zero_grad() const;               ///< drops the gradient
  const Variable& retain_grad() const;  ///< `backward()` keeps this Variable's gradient too, leaf or not

  /// Calls f(gradient) in every `backward()` and `grad()` that reaches this Variable, leaf or not, after its
  /// gradient has been summed up and before it is used or kept. f may return a replacement, a Variable or
  /// Tensor of the same shape and dtype. An undefined one, or no return value, keeps the gradient. f must not
  /// change it in place. Hooks are called in the order of their registration, each with the result of the one
  /// before; a leaf's as soon as all nodes that use it have been replayed. An exception ends the replay. A
  /// hook that captures this Variable keeps it alive until the hook is removed.
  template <class F>
  HookHandle register_hook(F&& f) const;

  /// Replays the tape from this Variable of one element, and adds each leaf's gradient to its `grad()`.
  /// Threads may share leaves, but not the nodes between: each gradient is added whole, in an unspecified
  /// order. If a rule throws, or memory runs out, some gradients have been added and others have not
  /// (backward.cpp).
  void backward(BackwardOptions options = {}) const;
  /// The same from a Variable of any shape: `gradient` is dL/d(this).
  void backward(const Tensor& gradient, BackwardOptions options = {}) const;

  Variable detach() const;  ///< the same Tensor, cut off from the tape

  const Shape& shape() const { return value().shape(); }
  int dim() const { return value().dim(); }
  std::int64_t size(int dim) const { return value().size(dim); }
  template <std::size_t n>
  std::array<std::int64_t, n> sizes() const {
    return value().sizes<n>();
  }
  std::int64_t numel() const { return value().numel(); }
  DType dtype() const { return value().dtype(); }
  template <StoredOrInt T>
  T item() const {
    return value().item<T>();
  }
  template <Stored T>
  std::vector<T> to_vector() const {
    return value().to_vector<T>();
  }

  // Views, each the free function of the same name (ops/variable_methods.cpp).
  Variable reshape(const Shape& shape) const;
  Variable reshape(std::int64_t, std::int64_t, ...) const = delete;  // x.reshape({2, 3})
  Variable transpose(int dim0, int dim1) const;
  Variable mT() const { return transpose(-2, -1); }
  Variable permute(const Shape& dims) const;
  Variable permute(std::int64_t, std::int64_t, ...) const = delete;  // x.permute({1, 0})
  Variable squeeze() const;
  Variable squeeze(int dim) const;
  Variable unsqueeze(int dim) const;
  Variable expand(const Shape& shape) const;
  Variable expand(std::int64_t, std::int64_t, ...) const = delete;  // x.expand({2, 3})
  Variable slice(int dim, std::int64_t start, std::int64_t end = to_end, std::int64_t step = 1) const;
  Variable select(int dim, std::int64_t index) const;
  Variable unfold(int dim, std::int64_t size, std::int64_t step) const;
  Variable to(DType dtype) const;

  // Subscripts, as in PyTorch. An index out of range throws `std::out_of_range`. ops/subscript.cpp
  Variable operator[](std::initializer_list<Index> index) const;  ///< x[{Slice(1, 4), Slice(), -1}], a view
  /// A view: x[0], x[-1], x[Slice(1, 4)].
  template <SingleIndex I>
  Variable operator[](const I& index) const {
    return (*this)[{Index(index)}];
  }
  /// The elements where a boolean mask of x's first dims holds, or x[i] for each i of an int64 index.
  Variable operator[](const Variable& index) const;

  // A leaf that requires a gradient is changed in place, under a NoGradGuard; without one that throws. Any
  // other x becomes a handle to x + y: other handles keep the old Variable. ops/compound_assignment.cpp
  Variable& operator+=(const Variable& y) &;
  Variable& operator-=(const Variable& y) &;
  Variable& operator*=(const Variable& y) &;
  Variable& operator/=(const Variable& y) &;
  Variable& operator+=(Scalar y) &;
  Variable& operator-=(Scalar y) &;
  Variable& operator*=(Scalar y) &;
  Variable& operator/=(Scalar y) &;
  template <class Y>
  void operator+=(const Y&) && = delete;  // under a NoGradGuard: x.value()[0] += y
  template <class Y>
  void operator-=(const Y&) && = delete;  // under a NoGradGuard: x.value()[0] -= y
  template <class Y>
  void operator*=(const Y&) && = delete;  // under a NoGradGuard: x.value()[0] *= y
  template <class Y>
  void operator/=(const Y&) && = delete;  // under a NoGradGuard: x.value()[0] /= y

  /// The node of the op that made this Variable, or the node that collects a leaf's gradient. Null if no
  /// gradient was ever wanted.
  const std::shared_ptr<Node>& node() const;
  /// The result of a recorded op; for `record`.
  static Variable of_node(Tensor&& value, std::shared_ptr<Node> node);
  /// Whether both are handles to the same Variable.
  bool is(const Variable& other) const { return state_ == other.state_; }
  /// Whether this handle is the only one to these elements, and they are contiguous and fill their storage.
  /// They may then be overwritten, or kept without a copy.
  bool owns_memory() const;

 private:
  HookHandle add_hook(GradientHook hook) const;  // hooks.cpp
  friend class Promotion;                        // gradcheck.cpp: restores a leaf exactly
  struct State {
    State(Tensor&& value, std::shared_ptr<Node>&& node, bool requires_grad)
        : value(std::move(value)), node(std::move(node)), requires_grad(requires_grad) {}
    Tensor value;
    std::shared_ptr<Node> node;
    bool requires_grad;
  };
  [[noreturn]] static void fail_undefined();
  std::shared_ptr<State> state_;
};

template <class F>
HookHandle Variable::register_hook(F&& f) const {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, const Variable&>>) {
    return add_hook([f = std::forward<F>(f)](const Variable& gradient) mutable -> Variable {
      f(gradient);
      return {};
    });
  } else {
    return add_hook(GradientHook(std::forward<F>(f)));
  }
}

struct GradOptions {
  std::vector<Variable> grad_outputs = {};  ///< dL/d(output) for each output; optional for scalars
  bool retain_graph = false;                ///< implied by create_graph
  bool create_graph = false;  ///< record the replay itself, so that its gradients can be differentiated
  bool allow_unused = false;  ///< an input that no output depends on gives an undefined Variable
};

/// d(outputs)/d(inputs), summed over the outputs. No `grad()` changes. Inputs may be leaves or not; an input
/// that is listed twice gets its gradient twice (backward.cpp).
std::vector<Variable> grad(const std::vector<Variable>& outputs, const std::vector<Variable>& inputs,
                           const GradOptions& options = {});

std::ostream& operator<<(std::ostream& out, const Variable& variable);

// As templates, `equal` and `allclose` take both operands without a conversion, which a Variable refuses.
namespace detail {
template <class T>
concept Comparable = std::same_as<T, Variable> || std::derived_from<T, Tensor>;
template <class A, class B>
concept WithVariable = Comparable<A> && Comparable<B> &&
    (std::same_as<A, Variable> || std::same_as<B, Variable>);
inline const Tensor& value_of(const Tensor& t) { return t; }
inline const Tensor& value_of(const Variable& x) { return x.value(); }
}  // namespace detail

/// `equal` and `allclose` of the values. The answer has no gradient to lose, so these take any Variable.
template <class A, class B>
requires detail::WithVariable<A, B>
bool equal(const A& a, const B& b) { return equal(detail::value_of(a), detail::value_of(b)); }
template <class A, class B>
requires detail::WithVariable<A, B>
bool allclose(const A& a, const B& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) {
  return allclose(detail::value_of(a), detail::value_of(b), rtol, atol, equal_nan);
}

}  // namespace xgrad
