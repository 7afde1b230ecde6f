#include <xgrad/data/pad_sequence.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::data {

PaddedSequences pad_sequence(const std::vector<Tensor>& sequences, Scalar padding_value) {
  if (sequences.empty()) fail("pad_sequence", "there must be at least one sequence");
  std::vector<std::int64_t> lengths;
  for (const Tensor& sequence : sequences) {
    check_defined("pad_sequence", sequence);
    if (sequence.dim() == 0) fail("pad_sequence", "a sequence must have at least one dim, not shape ()");
    lengths.push_back(sequence.size(0));
  }
  const Tensor& first = sequences[0];
  Shape shape{static_cast<std::int64_t>(sequences.size())};  // (B, T, ...)
  shape.push_back(*std::max_element(lengths.begin(), lengths.end()));
  for (int dim = 1; dim < first.dim(); ++dim) shape.push_back(first.size(dim));

  const Tensor values = full(shape, padding_value, first.dtype());
  for (std::int64_t b = 0; b < shape[0]; ++b) {
    const Tensor& sequence = sequences[static_cast<std::size_t>(b)];
    const Tensor row = values.select(0, b).slice(0, 0, sequence.size(0));
    if (sequence.dtype() != first.dtype() || sequence.shape() != row.shape()) {
      fail("pad_sequence", "sequences differ in more than their first dim: ", first.dtype(), ' ',
           first.shape(), " and ", sequence.dtype(), ' ', sequence.shape());
    }
    row.copy_(sequence);
  }
  return {values, tensor(lengths)};
}

}  // namespace xgrad::data
