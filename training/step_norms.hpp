#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/nn/module.hpp>
#include <xgrad/training/json_line.hpp>

namespace xgrad::training {

/// The layer that a parameter belongs to: its name up to the first number, or else the first part of it.
/// `blocks.0.attention.W_q.weight` → `blocks.0`, `token.weight` → `token`.
std::string layer_of(const std::string& parameter);

/// Measures how large the gradients and the updates of each layer are in one step of training.
///
///     loss.backward();
///     training::StepNorms norms(model, step);  // the gradients as they are now, before they are clipped
///     optimizer.step();
///     folder.log(norms.fields());  // step, grad_norm.blocks.0, ..., update_norm.blocks.0, ...
///
/// It copies the parameters, so measure some steps only.
class StepNorms {
 public:
  StepNorms(const nn::Module& model, std::int64_t step);
  /// `grad_norm.LAYER` = √Σ (∂L/∂p)² and `update_norm.LAYER` = √Σ (p − p_before)² over the parameters p of
  /// the layer. A parameter without a gradient counts as 0.
  Fields fields() const;

 private:
  nn::NamedParameters parameters_;
  std::vector<Tensor> before_;
  Fields fields_;  // of the gradients
};

}  // namespace xgrad::training
