#pragma once

// One table drives the tests of all ops. A row is an op as a function of its inputs; the inputs, values and
// gradients it is tested with stand in tests/golden/<family>.safetensors, written by make_<family>.py.

#include <functional>
#include <string>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

struct OpRowOptions {
  bool second_order = true;         ///< false: the op has no second derivative
  double tolerance = 1e-12;         ///< of float64 against the golden, relative to its largest element or 1
  double float32_tolerance = 2e-6;  ///< of float32 against the golden, in the same way
};

struct OpRow {
  std::string name;
  std::function<Variable(const std::vector<Variable>&)> f;
  OpRowOptions options = {};
};

/// For every row and every case of it in tests/golden/<family>.safetensors, with the inputs contiguous,
/// transposed and sliced: value and gradients against the golden in float64 and float32, from the fused rule
/// and from the recorded one, the gradient of each input alone, inputs left unchanged, and gradcheck of first
/// and second order. A row without a case, or a case without a row, fails.
void check_ops(const std::string& family, const std::vector<OpRow>& rows);

}  // namespace xgrad
