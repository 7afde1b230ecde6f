#include <xgrad/core/tensor/rounded.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/bfloat16.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// The elements of a storage from x's first to its last in memory.
struct Span {
  std::int64_t first, size;
};
Span span_of(const Tensor& x) {
  std::int64_t first = x.offset(), last = x.offset();
  for (int i = 0; i < x.dim(); ++i) {
    std::int64_t& bound = x.strides()[i] < 0 ? first : last;
    bound += (x.size(i) - 1) * x.strides()[i];
  }
  return {first, last - first + 1};
}

// Those elements in bfloat16, in `memory`.
void round_span(const Tensor& x, Span span, const StoragePtr& memory) {
  const Shape line{span.size};
  copy(Tensor(x.storage(), line, {1}, span.first, float32), Tensor(memory, line, {1}, 0, bfloat16));
}

// Through a buffer: a part of the result overlaps the numbers it is made of, and may not be written before
// they are read.
void round_row(float* row, std::int64_t size) {
  std::array<BFloat16, 1024> buffer;
  auto* to = reinterpret_cast<std::byte*>(row);
  for (std::int64_t i = 0; i < size; i += std::ssize(buffer)) {
    const std::int64_t n = std::min<std::int64_t>(size - i, std::ssize(buffer));
    const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(BFloat16);
    bfloat16_rows<BFloat16Rows>().round(row + i, buffer.data(), n);
    std::memcpy(to, buffer.data(), bytes);
    to += bytes;
  }
}

StoragePtr memory_for(Span span) { return empty({span.size}, bfloat16).storage(); }

}  // namespace

Tensor rounded_once(const Tensor& x) {
  const Span span = span_of(x);
  if (x.numel() == 0 || span.size > 2 * x.numel()) return x.to(bfloat16);  // more holes than elements
  const StoragePtr memory = memory_for(span);
  round_span(x, span, memory);
  return Tensor(memory, x.shape(), x.strides(), x.offset() - span.first, bfloat16);
}

Tensor rounded_in_place(const Tensor& x) {
  const std::int64_t rows = x.size(0), columns = x.size(1);
  auto* const memory = raw<float>(x);
  parallel_for(rows, parallel_grain / std::max<std::int64_t>(columns, 1) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) round_row(memory + row * columns, columns);
               });
  return Tensor(x.storage(), x.shape(), {2 * columns, 1}, 2 * x.offset(), bfloat16);
}

Tensor rounded(const Tensor& x, const RoundedCopyOptions& options) {
  const Span whole{0, static_cast<std::int64_t>(x.storage()->bytes() / sizeof(float))};
  if (x.numel() == 0 || span_of(x).size != whole.size || x.storage()->is_exposed()) return rounded_once(x);
  const std::uint32_t version = x.version();
  StoragePtr copy = x.storage()->rounded_copy(version);
  if (!copy) {
    copy = options.in_gradient_block ? StoragePtr::allocate(x.storage()->bytes()) : memory_for(whole);
    round_span(x, whole, copy);  // two threads may do so at once
    x.storage()->set_rounded_copy(copy, version, options.is_kept);
  }
  return Tensor(copy, x.shape(), x.strides(), x.offset(), bfloat16);
}

}  // namespace xgrad::kernels
