#pragma once

#include "json_tensor.hpp"
#include "training_run.hpp"

namespace xgrad::web {

/// The accuracy on the held-out sums, and the model's answers to ten of them.
Json look_at_accuracy(TrainingRun& run);

/// The weights of all heads while the model continues a sum such as "47+85": each row is a character that it
/// has read, each column one that the row looks at.
Json look_at_attention(TrainingRun& run, const std::string& sum);

/// A parameter and its gradient in the last step: numbers about both, a histogram, and the Tensor itself if
/// it has few elements.
Json look_at_gradient(TrainingRun& run, const std::string& name);

}  // namespace xgrad::web
