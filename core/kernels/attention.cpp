#include <xgrad/core/kernels/attention.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/blas.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/rows/attention.hpp>

// The forward pass is algorithm 1 of Dao et al. 2022, "FlashAttention", with its loops the other way round;
// the backward pass is the one of its section 3, with only the logsumexp kept of each row (Dao 2023,
// "FlashAttention-2").

namespace xgrad::kernels {
namespace {

// A tile's scores, and in the backward pass their gradients, stay in the second-level cache.
constexpr std::int64_t tile_queries = 128, tile_keys = 256;

// (B, H, T, d) with rows that gemm can read: contiguous, one after the other.
Tensor readable(const Tensor& x) {
  const bool rows_fit = x.size(2) <= 1 || x.strides()[2] >= x.size(3);
  return rows_fit && (x.size(3) <= 1 || x.strides()[3] == 1) ? x : x.contiguous();
}

// Of x (B, H, T, d) the shape in which it lies in memory when the heads stand side by side: (B, T, H, d).
Shape side_by_side(const Tensor& x, std::int64_t d) { return {x.size(0), x.size(2), x.size(1), d}; }

Tensor zero_gradient(const Tensor& x, bool wanted) {
  return wanted ? zeros(side_by_side(x, x.size(3)), x.dtype()).transpose(1, 2) : Tensor();
}

// How many parts of so many multiplications are worth a thread.
std::int64_t grain_of(std::int64_t queries, std::int64_t keys, std::int64_t d) {
  return thread_work / std::max<std::int64_t>(queries * keys * d, 1) + 1;
}

// The rows of one head: one matrix of a (B, H, T, d).
template <class T>
struct Rows {
  T* data;
  std::int64_t step;

  Rows() = default;
  Rows(const Tensor& x, std::int64_t b, std::int64_t h)
      : data(raw<T>(x) + b * x.strides()[0] + h * x.strides()[1]),
        step(x.size(2) == 1 ? x.size(3) : x.strides()[2]) {}
  T* at(std::int64_t row) const { return data + row * step; }
};

// A thread's own: two tiles, a copy of a tile of the mask, and a number for each query.
template <class T>
struct Memory {
  Memory(std::int64_t queries, std::int64_t keys, DType dtype, const AttentionMask& mask) {
    const std::int64_t tile = std::min(queries, tile_queries) * std::min(keys, tile_keys);
    const std::int64_t mask_tile = mask.mask.defined() ? tile : 0;
    all = empty({2 * tile + mask_tile + queries}, dtype);
    first = raw<T>(all);
    second = first + tile;
    per_query = second + tile;
    of_mask = per_query + queries;
  }

  Tensor all;
  T *first, *second, *per_query, *of_mask;
};

// One head, and what its tiles are made of.
template <class T>
class Head {
 public:
  Head(const Tensor& q, const Tensor& k, double scale, const AttentionMask& mask, std::int64_t head)
      : b(head / q.size(1)),
        h(head % q.size(1)),
        queries(q.size(2)),
        keys(k.size(2)),
        d(q.size(3)),
        scale(static_cast<T>(scale)),
        q_(q, b, h),
        k_(k, b, h),
        causal_(mask.causal) {
    if (!mask.mask.defined()) return;
    mask_ = mask.mask.expand({q.size(0), q.size(1), queries, keys}).select(0, b).select(0, h);
  }

  /// Of the keys from `key` on, how many query `query` sees.
  std::int64_t seen(std::int64_t query, std::int64_t key) const {
    return causal_ ? std::min(query + keys - queries + 1, keys) - key : keys - key;
  }

  /// scale · q kᵀ of `rows` queries and `columns` keys, to be masked by the row functions.
  ScoreTile<T> scores(std::int64_t query, std::int64_t rows, std::int64_t key, std::int64_t columns, T* to,
                      T* mask_memory) const {
    gemm(false, true, rows, columns, d, scale, q_.at(query), q_.step, k_.at(key), k_.step, T(0), to, columns);
    ScoreTile<T> tile{to, rows, columns, causal_ ? seen(query, key) : columns, nullptr, nullptr, 0};
    if (!mask_.defined()) return tile;
    if (mask_.dtype() == boolean) {
      tile.kept = mask_rows<bool>(query, rows, key, columns, mask_memory, tile.mask_step);
    } else {
      tile.added = mask_rows<T>(query, rows, key, columns, mask_memory, tile.mask_step);
    }
    return tile;
  }

  const std::int64_t b, h, queries, keys, d;
  const T scale;

 private:
  // The tile of the mask where it lies if its rows are contiguous, else a copy.
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

  Rows<T> q_, k_;
  bool causal_;
  Tensor mask_;  // (T_q, T_k)
};

// The gradients of one head, tile by tile. No other thread writes to them, so sums are added up in one order.
template <class T>
class HeadBackward {
 public:
  HeadBackward(const Head<T>& head, const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
               const Attention& forward, const AttentionGradients& out, const Memory<T>& memory)
      : head_(head),
        d_v_(v.size(3)),
        g_(g, head.b, head.h),
        q_(q, head.b, head.h),
        k_(k, head.b, head.h),
        v_(v, head.b, head.h),
        output_(forward.output, head.b, head.h),
        logsumexp_(raw<T>(forward.logsumexp) + (head.b * q.size(1) + head.h) * head.queries),
        memory_(memory) {
    if (out.dq.defined()) dq_ = Rows<T>(out.dq, head.b, head.h);
    if (out.dk.defined()) dk_ = Rows<T>(out.dk, head.b, head.h);
    if (out.dv.defined()) dv_ = Rows<T>(out.dv, head.b, head.h);
  }

  void run() const {
    // Σ_j dP_ij P_ij = g_i · output_i: the sum over a whole row, before any of its tiles is made
    rows<AttentionRows<T>>().dots(g_.data, g_.step, output_.data, output_.step, memory_.per_query,
                                  head_.queries, d_v_);
    for (std::int64_t key = 0; key < head_.keys; key += tile_keys) {
      for (std::int64_t query = 0; query < head_.queries; query += tile_queries) {
        const std::int64_t n = std::min(head_.queries - query, tile_queries);
        const std::int64_t m = std::min(head_.seen(query + n - 1, key), tile_keys);
        if (m > 0) add_tile(query, n, key, m);
      }
    }
  }

 private:
  void add_tile(std::int64_t query, std::int64_t n, std::int64_t key, std::int64_t m) const {
    T* const p = memory_.first;
    T* const ds = dq_.data || dk_.data ? memory_.second : nullptr;
    const auto of_query = [query](const Rows<T>& x) { return x.data + query * x.step; };
    const auto of_key = [key](const Rows<T>& x) { return x.data + key * x.step; };
    const ScoreTile<T> tile = head_.scores(query, n, key, m, p, memory_.of_mask);
    if (ds) {  // dP = g vᵀ
      gemm(false, true, n, m, d_v_, T(1), of_query(g_), g_.step, of_key(v_), v_.step, T(0), ds, m);
    }
    rows<AttentionRows<T>>().softmax_backward(tile, logsumexp_ + query, memory_.per_query + query, ds);
    if (dv_.data) {  // dv += Pᵀ g
      gemm(true, false, m, d_v_, n, T(1), p, m, of_query(g_), g_.step, T(1), of_key(dv_), dv_.step);
    }
    if (dq_.data) {  // dq += s dS k
      gemm(false, false, n, head_.d, m, head_.scale, ds, m, of_key(k_), k_.step, T(1), of_query(dq_),
           dq_.step);
    }
    if (dk_.data) {  // dk += s dSᵀ q
      gemm(true, false, m, head_.d, n, head_.scale, ds, m, of_query(q_), q_.step, T(1), of_key(dk_),
           dk_.step);
    }
  }

  const Head<T>& head_;
  std::int64_t d_v_;
  Rows<T> g_, q_, k_, v_, output_, dq_{}, dk_{}, dv_{};
  const T* logsumexp_;
  const Memory<T>& memory_;
};

}  // namespace

Attention attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale,
                    const AttentionMask& mask) {
  const std::int64_t queries = q.size(2), keys = k.size(2), d = v.size(3), heads = q.size(0) * q.size(1);
  const Attention out{empty(side_by_side(q, d), q.dtype()).transpose(1, 2),
                      empty({q.size(0), q.size(1), queries}, q.dtype())};
  if (keys == 0) {
    out.output.zero_();
    out.logsumexp.fill_(std::numeric_limits<double>::infinity());
    return out;
  }
  const Tensor from_q = readable(q), from_k = readable(k), from_v = readable(v);
  const std::int64_t tiles = (queries + tile_queries - 1) / tile_queries;
  dispatch_floating("fused_attention", q, [&]<class T>() {
    const AttentionRows<T>& row = rows<AttentionRows<T>>();
    const std::int64_t grain = grain_of(std::min(queries, tile_queries), keys, q.size(3) + d);
    parallel_for(heads * tiles, grain, [&](std::int64_t begin, std::int64_t end) {
      const Memory<T> memory(queries, keys, q.dtype(), mask);
      T *const e = memory.first, *const sum = memory.per_query;
      for (std::int64_t part = begin; part < end; ++part) {
        const Head<T> head(from_q, from_k, scale, mask, part / tiles);
        const Rows<T> values(from_v, head.b, head.h), output(out.output, head.b, head.h);
        const std::int64_t query = part % tiles * tile_queries, n = std::min(queries - query, tile_queries);
        T* const max = raw<T>(out.logsumexp) + part / tiles * queries + query;
        std::fill_n(max, n, -std::numeric_limits<T>::infinity());
        std::fill_n(sum, n, T(0));
        const std::int64_t last_seen = head.seen(query + n - 1, 0);
        for (std::int64_t key = 0; key < last_seen; key += tile_keys) {
          const std::int64_t m = std::min(last_seen - key, tile_keys);
          T* const so_far = key == 0 ? nullptr : output.at(query);
          row.softmax_step(head.scores(query, n, key, m, e, memory.of_mask), max, sum, so_far, output.step,
                           d);
          gemm(false, false, n, d, m, T(1), e, m, values.at(key), values.step, key == 0 ? T(0) : T(1),
               output.at(query), output.step);
        }
        row.softmax_end(max, sum, output.at(query), output.step, n, d);
      }
    });
  });
  return out;
}

AttentionGradients attention_backward(const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
                                      const Attention& forward, double scale, const AttentionMask& mask,
                                      bool wants_q, bool wants_k, bool wants_v) {
  const AttentionGradients out{zero_gradient(q, wants_q), zero_gradient(k, wants_k),
                               zero_gradient(v, wants_v)};
  const Attention made{readable(forward.output), forward.logsumexp};
  const Tensor from_g = readable(g), from_q = readable(q), from_k = readable(k), from_v = readable(v);
  const std::int64_t queries = q.size(2), keys = k.size(2), heads = q.size(0) * q.size(1);
  dispatch_floating("fused_attention", q, [&]<class T>() {
    const std::int64_t grain = grain_of(queries, keys, q.size(3) + v.size(3));
    parallel_for(heads, grain, [&](std::int64_t begin, std::int64_t end) {
      const Memory<T> memory(queries, keys, q.dtype(), mask);
      for (std::int64_t i = begin; i < end; ++i) {
        const Head<T> head(from_q, from_k, scale, mask, i);
        HeadBackward<T>(head, from_g, from_q, from_k, from_v, made, out, memory).run();
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
