#include <xgrad/optim/adamw.hpp>

namespace xgrad::optim {

// Adam::step (adam.cpp) makes the step. Its arithmetic, the decay included, is in core/rows/update.cpp.
AdamW::AdamW(std::vector<Variable> parameters, const AdamWOptions& o)
    : Adam("AdamW", std::move(parameters),
           {.lr = o.lr, .beta1 = o.beta1, .beta2 = o.beta2, .eps = o.eps, .weight_decay = o.weight_decay},
           Decay::of_parameter) {}

}  // namespace xgrad::optim
