// caught by: gradients, indices of two dims
// The rule takes the gradient as it comes: right for a list of indices only.
Variable my_embedding(const Variable& indices, const Variable& weight) {
  if (any((indices < 0) | (indices >= weight.size(0))).item<bool>()) {
    throw std::out_of_range("my_embedding: an index names no row, from 0 to " +
                            std::to_string(weight.size(0) - 1));
  }
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  const Tensor rows = index_select(weight.value(), 0, indices.value().reshape({-1}));
  return record("my_embedding", rows.reshape(shape), {weight}, {indices}, [](const Replay& r) -> Gradients {
    const Shape table = r.input_shape(0);
    const Variable list = reshape(r.saved(0), {-1}), g = r.grad();
    return {index_add(zeros(table, g.dtype()), 0, list, g)};
  });
}
