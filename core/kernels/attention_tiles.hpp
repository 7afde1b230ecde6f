#pragma once

// What attention's passes share: heads, and the tiles of scores that they are worked through in.

#include <algorithm>

#include <xgrad/core/kernels/attention.hpp>
#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/attention.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

/// A tile's scores, and in the backward pass their gradients, stay in the second-level cache.
inline constexpr std::int64_t tile_queries = 128, tile_keys = 256;

/// (B, H, T, d) with rows that gemm can read: contiguous, one after the other.
inline Tensor readable_heads(const Tensor& x) {
  const bool rows_fit = x.size(2) <= 1 || x.strides()[2] >= x.size(3);
  return rows_fit && (x.size(3) <= 1 || x.strides()[3] == 1) ? x : x.contiguous();
}

/// (B, T, H, d), for an x (B, H, T, ...): the shape in memory of heads that stand side by side.
inline Shape side_by_side(const Tensor& x, std::int64_t d) { return {x.size(0), x.size(2), x.size(1), d}; }

/// How many parts, each of queries · keys · d multiplications, are worth a thread.
inline std::int64_t attention_grain(std::int64_t queries, std::int64_t keys, std::int64_t d) {
  return multiply_grain / std::max<std::int64_t>(queries * keys * d, 1) + 1;
}

/// The rows of one head: one matrix of a (B, H, T, d).
template <class T>
struct HeadRows {
  T* data;
  std::int64_t row_stride;

  HeadRows() = default;
  HeadRows(const Tensor& x, std::int64_t b, std::int64_t h)
      : data(raw<T>(x) + b * x.strides()[0] + h * x.strides()[1]),
        row_stride(x.size(2) == 1 ? x.size(3) : x.strides()[2]) {}
  T* at(std::int64_t row) const { return data + row * row_stride; }
  // The rows from this one on, as gemm reads them, and their transpose.
  Operand<T> from(std::int64_t row) const { return row_major<T>(at(row), row_stride); }
  Operand<T> transposed_from(std::int64_t row) const { return transposed<T>(at(row), row_stride); }
};

/// A thread's own: two tiles, a copy of a tile of the mask, and two numbers and a key for each query.
template <class T>
struct TileMemory {
  TileMemory(std::int64_t queries, std::int64_t keys, DType dtype, const AttentionMask& mask) {
    const std::int64_t tile = std::min(queries, tile_queries) * std::min(keys, tile_keys);
    const std::int64_t mask_tile = mask.mask.defined() ? tile : 0;
    all = empty({2 * tile + mask_tile + 2 * queries}, dtype);
    keys_of_queries = empty({queries}, int64);
    first = raw<T>(all);
    second = first + tile;
    per_query = second + tile;
    rests = {per_query + queries, raw<std::int64_t>(keys_of_queries)};
    of_mask = rests.rest + queries;
  }

  Tensor all, keys_of_queries;
  T *first, *second, *per_query, *of_mask;
  RowRests<T> rests;
};

/// One head, and what its tiles are made of.
template <class T>
class AttentionHead {
 public:
  AttentionHead(const Tensor& q, const Tensor& k, double scale, const AttentionMask& mask, std::int64_t head)
      : b(head / q.size(1)),
        h(head % q.size(1)),
        queries(q.size(2)),
        keys(k.size(2)),
        d(q.size(3)),
        scale(static_cast<T>(scale)),
        q_(q, b, h),
        k_(k, b, h),
        diagonal_(mask.diagonal) {
    if (!mask.mask.defined()) return;
    mask_ = mask.mask.expand({q.size(0), q.size(1), queries, keys}).select(0, b).select(0, h);
  }

  /// How many of the keys from `key` on the query `query` sees.
  std::int64_t seen(std::int64_t query, std::int64_t key) const {
    return std::min(query + diagonal_ + 1, keys) - key;
  }

  /// scale · q kᵀ of `rows` queries and `columns` keys, to be masked by the row functions.
  ScoreTile<T> scores(std::int64_t query, std::int64_t rows, std::int64_t key, std::int64_t columns, T* to,
                      T* mask_memory) const {
    gemm<T>({rows, columns, d, scale, q_.from(query), k_.transposed_from(key), T(0), to, columns});
    ScoreTile<T> tile{.scores = to, .rows = rows, .keys = columns, .seen = seen(query, key), .mask = {}};
    if (!mask_.defined()) return tile;
    if (mask_.dtype() == boolean) {
      tile.mask.kept = mask_rows<bool>(query, rows, key, columns, mask_memory, tile.mask.step);
    } else {
      tile.mask.added = mask_rows<T>(query, rows, key, columns, mask_memory, tile.mask.step);
    }
    return tile;
  }

  const std::int64_t b, h, queries, keys, d;
  const T scale;

 private:
  // A tile of the mask: its own memory if its rows are contiguous, else a copy.
  template <class M>
  const M* mask_rows(std::int64_t query, std::int64_t rows, std::int64_t key, std::int64_t columns, T* memory,
                     std::int64_t& step) const {
    const std::int64_t row = mask_.strides()[0], column = mask_.strides()[1];
    const M* from = raw<M>(mask_) + query * row + key * column;
    step = row;
    if (column == 1 || columns == 1) return from;
    M* to = reinterpret_cast<M*>(memory);
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) to[i * columns + j] = from[i * row + j * column];
    }
    step = columns;
    return to;
  }

  HeadRows<T> q_, k_;
  std::int64_t diagonal_;
  Tensor mask_;  // (T_q, T_k)
};

}  // namespace xgrad::kernels
