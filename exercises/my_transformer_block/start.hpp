Variable my_transformer_block(const nn::TransformerBlock& parts, const Variable& x, const nn::Mask& mask) {
  const Variable normed = parts.norm1(x);
  const Variable h = parts.attention(normed, normed, normed, mask);  // to do: dropout, and the direct path
  return h;                                                          // to do: the second branch
}
