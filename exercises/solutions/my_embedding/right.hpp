Variable my_embedding(const Variable& indices, const Variable& weight) {
  for (const std::int64_t index : indices.value().to_vector<std::int64_t>()) {
    if (index < 0 || index >= weight.size(0)) {
      throw std::out_of_range("my_embedding: no row has the number " + std::to_string(index));
    }
  }
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  const Tensor rows = index_select(weight.value(), 0, indices.value().reshape({-1}));
  return record("my_embedding", rows.reshape(shape), {weight}, {indices}, [](const Replay& r) -> Gradients {
    const Shape table = r.input_shape(0);
    const Variable list = reshape(r.saved(0), {-1}), g = reshape(r.grad(), {list.numel(), table[1]});
    return {index_add(zeros(table, g.dtype()), 0, list, g)};
  });
}
