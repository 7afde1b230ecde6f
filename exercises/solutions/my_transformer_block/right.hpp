Variable my_transformer_block(const nn::TransformerBlock& parts, const Variable& x, const nn::Mask& mask) {
  const Variable normed = parts.norm1(x);
  const Variable h = x + parts.dropout(parts.attention(normed, normed, normed, mask));
  return h + parts.feed_forward(parts.norm2(h));
}
