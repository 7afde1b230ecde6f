// caught by: heads that do not divide
// The division rounds down, and the last query head is left out.
Variable grouped_query_attention(const Variable& q, const Variable& k, const Variable& v) {
  const std::int64_t H_k = k.size(1), G = q.size(1) / H_k;
  std::vector<Variable> outputs;
  for (std::int64_t h = 0; h < H_k; ++h) {
    const Variable group = q.slice(1, h * G, (h + 1) * G);
    const Variable scores = matmul(group, k.slice(1, h, h + 1).mT()) / std::sqrt(double(q.size(-1)));
    outputs.push_back(matmul(softmax(scores, -1), v.slice(1, h, h + 1)));
  }
  return cat(outputs, 1);
}
