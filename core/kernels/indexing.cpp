#include <xgrad/core/kernels/indexing.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
Tensor index_select(const Tensor& x, int dim, const Tensor& index) {
  const std::int64_t n = index.numel();
  Shape shape = x.shape();
  shape[dim] = n;
  const Tensor y = empty(shape, x.dtype());
  if (y.numel() == 0) return y;
  const Tensor from = x.contiguous(), at = index.contiguous();
  const AroundDim around = around_dim(x.shape(), dim);
  const std::int64_t inner = around.inner;
  dispatch_moves(x.dtype(), [&]<class T>() {
    const auto* which = raw<std::int64_t>(at);
    parallel_for(around.outer * n, parallel_grain / inner + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const std::int64_t row = r / n * around.size + which[r % n];
        std::copy_n(raw<T>(from) + row * inner, inner, raw<T>(y) + r * inner);
      }
    });
  });
  return y;
}

void index_copy_into(const Tensor& destination, const Tensor& index, const Tensor& source) {
  if (source.numel() == 0) return;
  const std::int64_t n = index.numel(), inner = source.numel() / n;
  const Tensor at = index.contiguous();
  dispatch(source.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t given = raw<std::int64_t>(at)[i];
      const std::int64_t row = given < 0 ? given + destination.size(0) : given;
      std::copy_n(raw<T>(source) + i * inner, inner, raw<T>(destination) + row * inner);
    }
  });
}

namespace {

using Positions = std::vector<std::uint32_t, PoolAllocator<std::uint32_t>>;
constexpr std::int64_t block_columns = 32;        // the least that one thread takes
constexpr std::int64_t most_positions = 1 << 24;  // sorted at once, in 128 MiB

// The positions 0, ..., n − 1, sorted by the row that the index holds there. Positions of one row keep their
// order. A radix sort, by one byte of the row at a time, the lowest first.
Positions by_row(const std::int64_t* index, std::int64_t n, std::int64_t size) {
  Positions sorted(static_cast<std::size_t>(n));
  std::iota(sorted.begin(), sorted.end(), 0);
  if (size == 1) return sorted;
  Positions next(sorted.size());
  for (int shift = 0; shift < 63 && (size - 1) >> shift > 0; shift += 8) {
    const auto byte_of = [&](std::uint32_t i) { return static_cast<std::size_t>(index[i] >> shift & 255); };
    std::array<std::uint32_t, 257> begin{};
    for (const std::uint32_t i : sorted) ++begin[byte_of(i) + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    for (const std::uint32_t i : sorted) next[begin[byte_of(i)]++] = i;
    sorted.swap(next);
  }
  return sorted;
}

// Adds all terms of a row at once, so the row is rounded once, however often the index names it.
template <class T>
void add_terms(T* to, const std::int64_t* index, std::int64_t n, const T* terms, const AroundDim& around,
               std::int64_t outer_step) {
  const Positions sorted = by_row(index, n, around.size);
  const std::int64_t inner = around.inner, blocks = (inner + block_columns - 1) / block_columns;
  const auto add = [&](std::int64_t outer, std::int64_t column, std::int64_t count) {
    const T* first = terms + outer * outer_step + column;
    T* first_to = to + outer * around.size * inner + column;
    for (std::size_t begin = 0, end; begin < sorted.size(); begin = end) {
      const std::int64_t row = index[sorted[begin]];
      end = begin + 1;
      while (end < sorted.size() && index[sorted[end]] == row) ++end;
      rows<ReduceRows<T>>().add_chosen_rows(first, sorted.data() + begin,
                                            static_cast<std::int64_t>(end - begin), inner, count,
                                            first_to + row * inner);
    }
  };
  // The threads divide the outer dims and the blocks of columns, so no two threads add to the same element.
  parallel_for(around.outer * blocks, parallel_grain / (n * std::min(inner, block_columns)) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 while (begin < end) {
                   const std::int64_t first = begin % blocks, last = std::min(blocks, first + end - begin);
                   const std::int64_t column = first * block_columns;
                   add(begin / blocks, column, std::min(inner, last * block_columns) - column);
                   begin += last - first;
                 }
               });
}

}  // namespace

void index_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  if (source.numel() == 0) return;
  const Tensor from = source.contiguous(), at = index.contiguous();
  const AroundDim around = around_dim(destination.shape(), dim);
  const std::int64_t n = index.numel();
  dispatch_floating("index_add", destination, [&]<class T>() {
    for (std::int64_t i = 0; i < n; i += most_positions) {
      add_terms(raw<T>(destination), raw<std::int64_t>(at) + i, std::min(most_positions, n - i),
                raw<T>(from) + i * around.inner, around, n * around.inner);
    }
  });
}

}  // namespace xgrad::kernels
