Variable my_conv2d(const Variable& x, const Variable& weight, const Variable& bias, std::int64_t stride,
                   std::int64_t padding) {
  const std::int64_t rows = (x.size(2) + 2 * padding - weight.size(2)) / stride + 1;
  const std::int64_t columns = (x.size(3) + 2 * padding - weight.size(3)) / stride + 1;
  const Variable y =
      zeros({x.size(0), weight.size(0), rows, columns}, x.dtype());  // to do: windows times kernels
  return y + bias.reshape({-1, 1, 1});
}
