#pragma once

#include <functional>
#include <vector>

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

/// Numbers of size 0.5 to 1.5 with random signs, the first of them negative: a rule that forgets g or its
/// sign does not pass.
Tensor random_weights(const Shape& shape, Generator& random);

/// Compares d(results)/d(leaves) from the tape with differences of the results f(). All of them are float64.
GradcheckResult compare_gradients(const std::function<std::vector<Variable>()>& f,
                                  const std::vector<NamedVariable>& leaves, const GradcheckOptions& options,
                                  Generator& random);

}  // namespace xgrad
