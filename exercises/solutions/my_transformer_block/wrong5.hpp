// caught by: own code
Variable my_transformer_block(const nn::TransformerBlock& parts, const Variable& x, const nn::Mask& mask) {
  return parts(x, mask);
}
