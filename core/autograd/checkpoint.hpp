#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/call_with.hpp>
#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

using CheckpointFunction = std::function<Variable(const std::vector<Variable>&)>;

/// f(inputs), for less memory and more time. The tape gets one node, which keeps the inputs and the other
/// Variables that f reads. `backward()` calls f again for the values in between (Chen et al. 2016, "Training
/// Deep Nets with Sublinear Memory Cost"). For n blocks in a row, each a checkpoint, memory holds n inputs
/// and the values of one block at a time, instead of the values of n blocks.
///
/// Gradients reach the inputs and every other Variable that f reads, such as parameters. They equal those of
/// f(inputs) bit for bit if each Variable is used in one checkpoint only; else their sums may round
/// differently. Draws from `generator` are repeated, so dropout drops the same elements. Checkpoints may be
/// nested. `grad` and create_graph work; create_graph records the second call, which then keeps its values.
/// Inside f, retain_grad() has no effect.
///
/// Only f's result carries gradients. backward() throws if it reaches a Variable that left f in another way,
/// such as an auxiliary loss that f assigned to a captured Variable. Return several results as one (`cat`,
/// `stack`).
///
/// Objects that f captures by reference must live until backward() is done. backward() throws if the second
/// result differs from the first (train() became eval(), f draws from another generator), if a parameter was
/// changed in between, even without effect on the result, or if the result no longer depends on a Variable
/// that requires a gradient.
Variable checkpoint(CheckpointFunction f, const std::vector<Variable>& inputs,
                    Generator& generator = default_generator());

/// The same for a callable that takes the inputs one by one, at most 8: a function, which is copied, or a
/// module, which must live until backward() is done.
///
///     for (const nn::TransformerBlock& block : blocks) x = checkpoint(block, {x});
template <OtherThan<CheckpointFunction> F>
Variable checkpoint(F&& f, const std::vector<Variable>& inputs, Generator& generator = default_generator()) {
  using Function = std::remove_reference_t<F>;
  if constexpr (std::is_lvalue_reference_v<F> && !std::is_copy_constructible_v<Function>) {
    return checkpoint(CheckpointFunction([&f](const auto& x) { return call_with("checkpoint", f, x); }),
                      inputs, generator);
  } else {
    const auto held = std::make_shared<std::remove_const_t<Function>>(std::forward<F>(f));
    return checkpoint(CheckpointFunction([held](const auto& x) { return call_with("checkpoint", *held, x); }),
                      inputs, generator);
  }
}

}  // namespace xgrad
