#pragma once

// xgrad's training steps of rows.hpp: forward, cross entropy, backward, AdamW.

#include <functional>
#include <memory>
#include <utility>

#include <xgrad/xgrad.hpp>

#include "rows.hpp"

namespace bench {

/// A model, its batch, and the step that trains the one on the other and returns the loss.
struct Training {
  std::shared_ptr<const xgrad::nn::Module> model;
  xgrad::Tensor input, targets;
  std::function<xgrad::Variable()> step;
};

/// `loss_of(model, input, targets)` is the loss of the batch. A step calls `after_backward`, if there is one.
template <class Model, class Loss>
Training training(std::shared_ptr<Model> model, const xgrad::Tensor& input, const xgrad::Tensor& targets,
                  const xgrad::optim::AdamWOptions& options, const Loss& loss_of,
                  const std::function<void()>& after_backward = {}) {
  auto optimizer = std::make_shared<xgrad::optim::AdamW>(model->parameters(), options);
  return {model, input, targets, [=] {
            optimizer->zero_grad();
            const xgrad::Variable loss = loss_of(*model, input, targets);
            loss.backward();
            if (after_backward) after_backward();
            optimizer->step();
            return loss;
          }};
}

inline Training training(const Step& s, const xgrad::optim::AdamWOptions& options,
                         const std::function<void()>& after_backward = {}) {
  auto model = std::make_shared<xgrad::nn::GPT>(xgrad::nn::GPTOptions{.vocab_size = s.V,
                                                                      .context = s.T,
                                                                      .d_model = s.d,
                                                                      .num_layers = s.L,
                                                                      .num_heads = s.H,
                                                                      .tied_head = true,
                                                                      .fused_attention = s.fused_attention});
  const xgrad::Tensor tokens = xgrad::randint(0, s.V, {s.B, s.T});
  const xgrad::Tensor targets = xgrad::randint(0, s.V, {s.B, s.T});
  return training(
      model, tokens, targets, options,
      [](const auto& gpt, const auto& x, const auto& t) {
        return xgrad::linear_cross_entropy(gpt.hidden(x), gpt.head.weight, t);
      },
      after_backward);
}

inline Training training(const MlpStep& s, const xgrad::optim::AdamWOptions& options) {
  auto model = std::make_shared<xgrad::nn::Sequential>();
  // One after the other: the order in which compilers evaluate arguments differs, and with it the weights.
  model->push_back(xgrad::nn::Linear(s.inputs, s.hidden));
  model->push_back(xgrad::nn::ReLU());
  model->push_back(xgrad::nn::Linear(s.hidden, s.hidden));
  model->push_back(xgrad::nn::ReLU());
  model->push_back(xgrad::nn::Linear(s.hidden, s.classes));
  const xgrad::Tensor x = xgrad::randn({s.B, s.inputs}), targets = xgrad::randint(0, s.classes, {s.B});
  return training(model, x, targets, options, [](const auto& mlp, const auto& x, const auto& t) {
    return xgrad::cross_entropy(mlp(x), t);
  });
}

/// The same training, whose first step is recorded and replayed by the others.
inline Training recorded(Training training) {
  training.step = [step = std::move(training.step), recorded = std::make_shared<xgrad::RecordedStep>()] {
    return xgrad::Variable((*recorded)(step));
  };
  return training;
}

}  // namespace bench
