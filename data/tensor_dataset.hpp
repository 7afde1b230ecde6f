#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::data {

/// Tensors of one first dim N: item i is row i of each, such as an input and its target.
///
///     const data::TensorDataset pairs({inputs, targets});  // (N, 3), (N)
///     pairs[7];                 // {inputs[7], targets[7]}: views
///     pairs.batch({4, 0, 4});   // {(3, 3), (3)}: copies of these rows
class TensorDataset {
 public:
  /// Throws if there is no Tensor, if one is undefined or 0-d, or if the first dims differ.
  explicit TensorDataset(std::vector<Tensor> tensors);

  std::int64_t size() const { return tensors_[0].size(0); }  ///< N
  const std::vector<Tensor>& tensors() const { return tensors_; }
  /// Throws `std::out_of_range` unless −N ≤ item < N.
  std::vector<Tensor> operator[](std::int64_t item) const;
  /// Of each Tensor the rows of these items, in their order.
  std::vector<Tensor> batch(const std::vector<std::int64_t>& items) const;

 private:
  std::vector<Tensor> tensors_;
};

}  // namespace xgrad::data
