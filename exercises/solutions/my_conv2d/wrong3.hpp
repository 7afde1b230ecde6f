// caught by: channels and images
Variable my_conv2d(const Variable& x, const Variable& weight, const Variable& bias, std::int64_t stride,
                   std::int64_t padding) {
  const auto [O, C, K, L] = weight.sizes<4>();
  const Variable padded = pad(x, {padding, padding, padding, padding});
  const Variable windows = padded.unfold(2, K, stride).unfold(3, L, stride);  // (B, C, H', W', K, L)
  const Shape shape{x.size(0), windows.size(2), windows.size(3), x.size(1) * K * L};
  const Variable rows = windows.reshape(shape);
  const Variable y = matmul(rows, weight.reshape({O, C * K * L}).mT()) + bias;  // (B, H', W', O)
  return y.permute({0, 3, 1, 2});
}
