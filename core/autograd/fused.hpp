#pragma once

// A rule and its fast twin, as one argument of `record`.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <xgrad/core/autograd/replay.hpp>

namespace xgrad {

/// The argument of a kernel: a Replay with Tensors in place of Variables.
class KernelReplay {
 public:
  explicit KernelReplay(const Replay& replay) : replay_(replay) {}
  KernelReplay(const KernelReplay&) = delete;
  KernelReplay& operator=(const KernelReplay&) = delete;

  const Tensor& grad() const { return replay_.grad().value(); }  ///< dL/d(output)
  bool wants(std::size_t input) const { return replay_.wants(input); }
  const Shape& input_shape(std::size_t input) const { return replay_.input_shape(input); }
  const Tensor& saved(std::size_t i) const;                     ///< see Replay::saved
  bool keeps(std::size_t i) const { return replay_.keeps(i); }  ///< see Replay::keeps
  const Tensor& output() const;                                 ///< see Replay::output
  /// The gradient that other ops have left for this input so far. The kernel may add its own to it in place
  /// and return an undefined Tensor. Undefined if there is none yet or others see it.
  Tensor sum_so_far(std::size_t input) const;
  /// Contiguous memory for a gradient of grad()'s shape and dtype. It is grad()'s own memory if that holds
  /// 64 KiB or more and nobody else sees it; writing to it then destroys grad(). Else it is new.
  Tensor memory_for_gradient() const;

 private:
  const Replay& replay_;
};

/// Whether every rule runs in place of its kernel.
bool readable_rules();
/// From now on, in all threads, runs every rule in place of its kernel: to step through the rules in a
/// debugger, and to test the kernels against them. Off at the start, unless the environment sets
/// XGRAD_READABLE_RULES=1.
void set_readable_rules(bool on);

/// A kernel's Tensors as Variables.
Gradients as_gradients(KernelGradients&& gradients);

/// An op's derivative, written twice. `rule` consists of ops on Variables: it is the one to read. It runs if
/// the replay itself is recorded (create_graph) or `readable_rules` is on. `kernel` computes the same on
/// Tensors, faster, and runs otherwise.
///
///     const auto rule = [](const Replay& r) -> Gradients { return {...}; };
///     const auto kernel = [](const KernelReplay& r) -> KernelGradients { return {...}; };
///     return record("silu", y, {x}, {x}, fused(rule, kernel));
template <class OnVariables, class OnTensors>
auto fused(OnVariables rule, OnTensors kernel) {
  static_assert(std::is_invocable_r_v<Gradients, const OnVariables&, const Replay&>,
                "the rule takes a const Replay& and returns Gradients");
  static_assert(std::is_invocable_r_v<KernelGradients, const OnTensors&, const KernelReplay&>,
                "the kernel takes a const KernelReplay& and returns KernelGradients");
  return [rule = std::move(rule), kernel = std::move(kernel)](const Replay& r) -> Gradients {
    if (grad_enabled() || readable_rules()) return rule(r);
    return as_gradients(kernel(KernelReplay(r)));
  };
}

}  // namespace xgrad
