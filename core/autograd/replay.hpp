#pragma once

// How a node is replayed: its rule, the rule's argument and result.

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/small_vector.hpp>

namespace xgrad {

class Engine;
class Node;
class Replay;
struct Saved;

/// No gradient: an undefined Variable in a rule, an undefined Tensor in a kernel.
struct Nothing {
  operator Variable() const { return {}; }
  operator Tensor() const { return {}; }
};
inline constexpr Nothing nothing;

/// One gradient per input, in the inputs' order. A gradient that is zero or not wanted is undefined. Made as
/// `{dx}`, as `{dx, dw}`, from a vector, or by size and then filled in. T is Variable in a rule, and Tensor
/// in a kernel (see `fused`).
template <class T>
class GradientList {
 public:
  template <class... Each>
  requires((std::same_as<std::remove_cvref_t<Each>, T> ||
            std::same_as<std::remove_cvref_t<Each>, Nothing>)&&...) GradientList(Each&&... each)
      : GradientList(sizeof...(each)) {
    [[maybe_unused]] T* next = begin();
    ((*next++ = std::forward<Each>(each)), ...);
  }
  GradientList(std::vector<T> many) : list_(std::move(many)) {}
  explicit GradientList(std::size_t size) : list_(size) {}

  // A Tensor has no derivative: a rule that returned one would cut second derivatives silently.
  template <class... Each>
  requires(std::same_as<T, Variable> && (std::same_as<std::remove_cvref_t<Each>, Tensor> || ...))
      GradientList(Each&&...)
  = delete;  // return Variables made by ops, or write a kernel: fused(rule, kernel)

  std::size_t size() const { return list_.size(); }
  T* begin() { return list_.begin(); }
  T* end() { return list_.end(); }
  T& operator[](std::size_t i) { return list_[i]; }
  const T& operator[](std::size_t i) const { return list_[i]; }

 private:
  SmallVector<T, 3> list_;  // most ops have at most three inputs
};
using Gradients = GradientList<Variable>;
using KernelGradients = GradientList<Tensor>;

/// An op's derivative: from dL/d(output) to dL/d(input) for each input, written with ordinary ops on
/// Variables.
using Rule = std::function<Gradients(const Replay&)>;

/// The argument of a rule: the node's gradient, and the values that the op kept.
class Replay {
 public:
  const Variable& grad() const { return grad_; }  ///< dL/d(output)
  bool wants(std::size_t input) const;            ///< a gradient for this input is asked for
  /// The same gradient, tied to an input that its formula does not contain. For an op that is not linear, but
  /// whose gradient is constant in pieces (relu) or has a constant derivative (a square): under
  /// `create_graph` the next derivative with respect to that input is then 0, and not missing.
  Variable connected(std::size_t input, Variable gradient) const {
    return grad_enabled() ? connect(input, gradient) : gradient;
  }
  const Shape& input_shape(std::size_t input) const;  ///< of a wanted input
  /// The i-th value of the op's `keeps`, `keeps_output` not counted. Throws if it was changed in place since.
  Variable saved(std::size_t i) const;
  bool keeps(std::size_t i) const;  ///< the i-th value was defined, and the node kept it
  /// The op's own output, if the op said `keeps_output`.
  Variable output() const;

 private:
  friend class Engine;
  Replay(const Engine& engine, Node& node, const Variable& grad)
      : engine_(engine), node_(node), grad_(grad) {}
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;
  friend class KernelReplay;
  Variable connect(std::size_t input, const Variable& gradient) const;
  const Saved& kept(std::size_t i) const;
  const Saved& kept_output() const;
  const Saved& unchanged(const Saved& saved) const;

  const Engine& engine_;
  Node& node_;
  const Variable& grad_;
};

}  // namespace xgrad
