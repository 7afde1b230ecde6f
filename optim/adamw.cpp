#include <xgrad/optim/adamw.hpp>

namespace xgrad::optim {

AdamW::AdamW(std::vector<Variable> parameters, const AdamWOptions& options)
    : AdamW(one_group(std::move(parameters)), options) {}

// Adam::update (adam.cpp) makes the step. Its arithmetic, the decay included, is in core/rows/update.cpp.
AdamW::AdamW(std::vector<ParameterGroup> groups, const AdamWOptions& o)
    : Adam("AdamW", std::move(groups),
           {.lr = o.lr,
            .beta1 = o.beta1,
            .beta2 = o.beta2,
            .eps = o.eps,
            .weight_decay = o.weight_decay,
            .amsgrad = o.amsgrad,
            .maximize = o.maximize},
           Decay::of_parameter) {}

}  // namespace xgrad::optim
