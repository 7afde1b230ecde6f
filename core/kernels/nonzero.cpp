#include <xgrad/core/kernels/nonzero.hpp>

#include <algorithm>

#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

Tensor nonzero(const Tensor& x) {
  const Tensor is_nonzero = x.to(boolean).contiguous();
  const auto* from = raw<bool>(is_nonzero);
  const std::int64_t count = std::count(from, from + is_nonzero.numel(), true);
  const Tensor numbers = empty({count}, int64);
  auto* to = raw<std::int64_t>(numbers);
  std::int64_t found = 0;
  for (std::int64_t i = 0; found < count; ++i) {
    to[found] = i;  // written again unless element i is not 0: a branch would often be mispredicted
    found += static_cast<std::int64_t>(from[i]);
  }
  return numbers;
}

}  // namespace xgrad::kernels
