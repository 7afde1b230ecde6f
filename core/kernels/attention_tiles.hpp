#pragma once

// What attention's passes share: heads, and the tiles of scores that they are worked through in.

#include <algorithm>

#include <xgrad/core/kernels/attention.hpp>
#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/attention.hpp>
#include <xgrad/core/rows/bfloat16.hpp>
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
  void fill(std::int64_t row, std::int64_t n, std::int64_t d, T value) const {
    for (std::int64_t i = row; i < row + n; ++i) std::fill_n(at(i), d, value);
  }
};

/// A thread's own memory: tiles, and a few numbers for each query. Products read tiles of Of.
template <class T, class Of>
struct TileMemory {
  TileMemory(std::int64_t queries, std::int64_t keys, const ScoreForm& form, const ScoreMasks& masks) {
    const std::int64_t tile = std::min(queries, tile_queries) * std::min(keys, tile_keys);
    const auto tile_if = [tile](bool is_needed) { return is_needed ? tile : 0; };
    const std::int64_t capped = tile_if(form.softcap != 0), added = tile_if(masks.added.defined()),
                       kept = tile_if(masks.kept.defined());
    all = empty({2 * tile + capped + added + kept + 3 * queries}, dtype_of<T>());
    if constexpr (!std::is_same_v<T, Of>) rounded = empty({tile}, bfloat16);
    keys_of_queries = empty({queries}, int64);
    first = raw<T>(all);
    second = first + tile;
    slopes = capped > 0 ? second + tile : nullptr;
    of_added = second + tile + capped;
    of_kept = of_added + added;
    per_query = of_kept + kept;
    rests = {per_query + queries, raw<std::int64_t>(keys_of_queries), per_query + 2 * queries};
  }

  /// A tile as a product reads it, valid until the next call.
  const Of* operand(const T* of_tile, std::int64_t n) const {
    if constexpr (std::is_same_v<T, Of>) {
      return of_tile;
    } else {
      bfloat16_rows<BFloat16Rows>().round(of_tile, raw<Of>(rounded), n);
      return raw<Of>(rounded);
    }
  }

  Tensor all, keys_of_queries, rounded;
  T *first, *second, *slopes, *per_query;
  T *of_added, *of_kept;  // copies of tiles of the masks
  RowRests<T> rests;
};

/// One head of the queries with its head of the keys, and what its tiles are made of.
template <class T, class Of>
class AttentionHead {
 public:
  AttentionHead(const Tensor& q, const Tensor& k, const ScoreForm& form, const ScoreMasks& masks,
                std::int64_t b, std::int64_t h)
      : b(b),
        h(h),
        of_keys(h / (q.size(1) / k.size(1))),
        queries(q.size(2)),
        keys(k.size(2)),
        d(q.size(3)),
        scale(static_cast<T>(form.scale)),
        form_(form),
        q_(q, b, h),
        k_(k, b, of_keys),
        added_(of_head(masks.added, q)),
        kept_(of_head(masks.kept, q)),
        undropped_(masks.undropped.defined()
                       ? raw<bool>(masks.undropped) + (b * q.size(1) + h) * queries * keys
                       : nullptr) {}

  /// The first key that the query `query` sees, and how many of the keys from `key` on it sees.
  std::int64_t first_seen(std::int64_t query) const { return std::max<std::int64_t>(query + form_.first, 0); }
  std::int64_t seen(std::int64_t query, std::int64_t key) const {
    return std::min(query + form_.last + 1, keys) - key;
  }

  /// scale · q kᵀ of `rows` queries and `columns` keys, to be softcapped and masked by the row functions.
  ScoreTile<T> scores(std::int64_t query, std::int64_t rows, std::int64_t key, std::int64_t columns, T* to,
                      const TileMemory<T, Of>& memory) const {
    const T cap = static_cast<T>(form_.softcap);
    gemm<T, Of>({rows, columns, d, cap == T(0) ? scale : scale / cap, q_.from(query), k_.transposed_from(key),
                 T(0), to, columns});
    const Part part{query, rows, key, columns};
    return {.scores = to,
            .rows = rows,
            .keys = columns,
            .first = query + form_.first - key,
            .end = seen(query, key),
            .added = {.added = mask_rows<T>(added_, part, memory.of_added), .step = step_of(added_, columns)},
            .kept = {.kept = mask_rows<bool>(kept_, part, reinterpret_cast<bool*>(memory.of_kept)),
                     .step = step_of(kept_, columns)},
            .softcap = cap};
  }

  /// Dropout of a tile of weights, or of their gradients.
  void drop(T* x, std::int64_t query, std::int64_t rows, std::int64_t key, std::int64_t columns) const {
    if (!undropped_) return;
    for (std::int64_t r = 0; r < rows; ++r) {
      kernels::rows<AttentionRows<T>>().drop(x + r * columns, undropped_ + (query + r) * keys + key,
                                             static_cast<T>(form_.keep_factor), columns);
    }
  }

  const std::int64_t b, h, of_keys, queries, keys, d;
  const T scale;

 private:
  struct Part {
    std::int64_t query, rows, key, columns;
  };

  // (T_q, T_k), or undefined
  Tensor of_head(const Tensor& mask, const Tensor& q) const {
    if (!mask.defined()) return mask;
    return mask.expand({q.size(0), q.size(1), queries, keys}).select(0, b).select(0, h);
  }

  static bool is_read_in_place(const Tensor& mask, std::int64_t columns) {
    return mask.strides()[1] == 1 || columns == 1;
  }
  static std::int64_t step_of(const Tensor& mask, std::int64_t columns) {
    if (!mask.defined()) return 0;
    return is_read_in_place(mask, columns) ? mask.strides()[0] : columns;
  }

  // A tile of the mask: its own memory if its rows are contiguous, else a copy.
  template <class M>
  static const M* mask_rows(const Tensor& mask, const Part& part, M* memory) {
    if (!mask.defined()) return nullptr;
    const std::int64_t row = mask.strides()[0], column = mask.strides()[1];
    const M* from = raw<M>(mask) + part.query * row + part.key * column;
    if (is_read_in_place(mask, part.columns)) return from;
    for (std::int64_t i = 0; i < part.rows; ++i) {
      for (std::int64_t j = 0; j < part.columns; ++j)
        memory[i * part.columns + j] = from[i * row + j * column];
    }
    return memory;
  }

  const ScoreForm& form_;
  HeadRows<Of> q_, k_;
  Tensor added_, kept_;
  const bool* undropped_;
};

}  // namespace xgrad::kernels
