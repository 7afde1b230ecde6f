#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::nn {
class Module;
}

namespace xgrad::optim {

/// Parameters that an optimiser trains with options of their own. An option that is left out is the
/// optimiser's. One that the optimiser does not have is an error.
///
///     optim::AdamW optimizer({{.parameters = body.parameters(), .lr = 1e-4},  // a tenth of the others' rate
///                             {.parameters = head.parameters()}},
///                            {.lr = 1e-3});
struct ParameterGroup {
  std::vector<Variable> parameters = {};
  std::optional<double> lr = {}, momentum = {}, dampening = {}, alpha = {}, beta1 = {}, beta2 = {}, eps = {},
                        weight_decay = {};
  std::optional<bool> nesterov = {}, centered = {}, amsgrad = {}, maximize = {};
};

/// A module's parameters in two groups: those of two and more dims, such as weights and embeddings, decay;
/// biases and the gains of norms do not, as in GPT (Radford et al. 2018, section 4.1). Without one kind, its
/// group is left out.
///
///     optim::AdamW optimizer(optim::decay_matrices(model, 0.1), {.lr = 3e-4});
std::vector<ParameterGroup> decay_matrices(const nn::Module& module, double weight_decay);

}  // namespace xgrad::optim
