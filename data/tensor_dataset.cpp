#include <xgrad/data/tensor_dataset.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::data {

TensorDataset::TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  if (tensors_.empty()) fail("TensorDataset", "there must be at least one Tensor");
  for (const Tensor& tensor : tensors_) {
    check_defined("TensorDataset", tensor);
    if (tensor.dim() == 0)
      fail("TensorDataset", "a Tensor of 0 dims has no items; unsqueeze(0) makes it one");
    if (tensor.size(0) == size()) continue;
    fail("TensorDataset", "the first dims differ: ", tensors_[0].shape(), " and ", tensor.shape());
  }
}

std::vector<Tensor> TensorDataset::operator[](std::int64_t item) const {
  std::vector<Tensor> row;
  for (const Tensor& tensor : tensors_) row.push_back(tensor.select(0, item));
  return row;
}

std::vector<Tensor> TensorDataset::batch(const std::vector<std::int64_t>& items) const {
  const Tensor index = tensor(items);
  std::vector<Tensor> rows;
  for (const Tensor& tensor : tensors_) rows.push_back(index_select(tensor, 0, index).value());
  return rows;
}

}  // namespace xgrad::data
