#pragma once

#include <vector>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::data {

struct PaddedSequences {
  Tensor values;   ///< (B, T, ...), where T is the longest length
  Tensor lengths;  ///< (B) int64, as `nn::Mask::padding` takes them
};

/// Joins sequences of shapes (T_b, ...) to one Tensor; the shorter ones end in `padding_value`. As PyTorch's
/// with `batch_first=True`. Throws if there is no sequence, or if dtypes or sizes behind the first dim
/// differ.
PaddedSequences pad_sequence(const std::vector<Tensor>& sequences, Scalar padding_value = 0);

}  // namespace xgrad::data
