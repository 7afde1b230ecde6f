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

/// f(inputs), for less memory and more time: the tape gets one node, which keeps the inputs and
/// what f read besides, and `backward()` calls f again for the values in between (Chen et al. 2016, "Training
/// Deep Nets with Sublinear Memory Cost"). With n blocks in a row, each a checkpoint, what is held at once is
/// n inputs and the values of one block instead of those of n.
///
/// Gradients reach the inputs and every Variable that f reads besides (parameters), and are bit for bit those
/// of f(inputs) where each is used in one checkpoint only; else their sums may round otherwise. Draws from
/// `generator` are repeated, so dropout drops the same elements. Checkpoints may be nested, `grad` and
/// create_graph work (the second call is then recorded, and keeps its values). Inside of f, retain_grad() has
/// no effect.
///
/// f's result alone carries gradients: backward() throws where it reaches a Variable that left f otherwise,
/// such as an auxiliary loss that f assigned to a captured one. Return all of them as one (`cat`, `stack`).
///
/// What f captures by reference must live until backward() is done. Throws there if the second call's result
/// is not the first one's (train() became eval(), f draws from another generator), if a parameter was changed
/// in between, whatever that did to the result, or if one that requires a gradient is read no more.
Variable checkpoint(CheckpointFunction f, const std::vector<Variable>& inputs,
                    Generator& generator = default_generator());

/// The same of anything that is called with the inputs one by one, up to 8: a function, which is copied, or a
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
