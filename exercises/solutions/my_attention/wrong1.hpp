// caught by: by hand
// The scores are not divided by √d.
Variable my_attention(const Variable& q, const Variable& k, const Variable& v) {
  const Variable scores = matmul(q, k.mT());
  const Variable weights = softmax(scores, -1);
  return matmul(weights, v);
}
