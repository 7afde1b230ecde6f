Variable my_embedding(const Variable& indices, const Variable& weight) {
  // to do: an error if an index names no row
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));                // (..., D)
  const Tensor y = zeros(shape, weight.dtype());  // to do: the rows
  return record("my_embedding", y, {weight}, {indices}, [](const Replay& r) -> Gradients {
    const Variable dweight = zeros(r.input_shape(0), r.grad().dtype());
    return {dweight};  // to do: the rows of g, each added where it came from
  });
}
