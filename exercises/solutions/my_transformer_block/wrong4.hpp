// caught by: branches of 0
Variable my_transformer_block(const nn::TransformerBlock& parts, const Variable& x, const nn::Mask& mask) {
  const Variable h = parts.norm1(x + parts.dropout(parts.attention(x, x, x, mask)));
  return parts.norm2(h + parts.feed_forward(h));
}
