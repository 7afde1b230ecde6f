#include <limits>
#include <span>
#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/random_fill.hpp>

namespace xgrad {
namespace {

// Calls `fill` on the elements in row-major order: in place if they lie in that order, else in a copy.
template <class Fill>
void fill_in_order(std::string_view op, const Tensor& tensor, const Fill& fill) {
  check_defined(op, tensor);
  kernels::dispatch_floating(op, tensor, [&]<class T>() {
    const Tensor target = tensor.is_contiguous() ? tensor : empty_like(tensor);
    fill(std::span<T>(kernels::raw<T>(target), static_cast<std::size_t>(target.numel())));
    if (!tensor.is_contiguous()) {
      tensor.copy_(target);
    } else {
      tensor.storage()->bump_version();
    }
  });
}

}  // namespace

void uniform_(const Tensor& tensor, double from, double to, Generator& generator) {
  fill_in_order("uniform_", tensor,
                [&](auto elements) { kernels::fill_uniform(elements, from, to, generator); });
}

void normal_(const Tensor& tensor, double mean, double std, Generator& generator) {
  fill_in_order("normal_", tensor,
                [&](auto elements) { kernels::fill_normal(elements, mean, std, generator); });
}

Tensor rand(const Shape& shape, DType dtype, Generator& generator) {
  Tensor tensor = empty(shape, dtype);
  uniform_(tensor, 0, 1, generator);
  return tensor;
}

Tensor randn(const Shape& shape, DType dtype, Generator& generator) {
  Tensor tensor = empty(shape, dtype);
  normal_(tensor, 0, 1, generator);
  return tensor;
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype, Generator& generator) {
  Tensor integers = empty(shape, int64);
  const std::span elements(kernels::raw<std::int64_t>(integers), static_cast<std::size_t>(integers.numel()));
  kernels::fill_randint(elements, low, high, generator);
  return integers.to(dtype);
}

Tensor randperm(std::int64_t n, Generator& generator) {
  if (n < 0) fail("randperm", "n must not be negative: ", n);
  const Tensor permutation = arange(n);
  std::int64_t* const values = kernels::raw<std::int64_t>(permutation);
  const auto from = static_cast<std::uint64_t>(n);
  const bool narrow =
      from < std::numeric_limits<std::uint32_t>::max() / 20;  // above, a 32-bit draw is uneven
  Generator::Stream stream(generator);
  for (std::uint64_t i = 0; i + 1 < from; ++i) {
    const std::uint64_t ahead = (narrow ? stream.random() : stream.random64()) % (from - i);
    std::swap(values[i], values[i + ahead]);
  }
  return permutation;
}

Tensor rand_like(const Tensor& other, Generator& generator) {
  check_defined("rand_like", other);
  return rand(other.shape(), other.dtype(), generator);
}
Tensor randn_like(const Tensor& other, Generator& generator) {
  check_defined("randn_like", other);
  return randn(other.shape(), other.dtype(), generator);
}

}  // namespace xgrad
