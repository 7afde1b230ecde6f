#include <xgrad/core/kernels/attention.hpp>

#include <xgrad/core/base/convert.hpp>
#include <xgrad/core/kernels/attention_tiles.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/rounded.hpp>

// Algorithm 2 of Dao 2023, "FlashAttention-2": the keys outside, the queries inside; of each row only
// the largest score and the sum of exponentials were kept.

namespace xgrad::kernels {
namespace {

Tensor zero_gradient(const Tensor& x, bool wanted) {
  return wanted ? zeros(side_by_side(x, x.size(3)), product_dtype(x)).transpose(1, 2) : Tensor();
}

// The gradients of one head, tile by tile. No other thread writes to them, so sums are added up in one order.
template <class T, class Of>
class HeadBackward {
 public:
  HeadBackward(const AttentionHead<T, Of>& head, const Tensor& g, const Tensor& read_g, const Tensor& q,
               const Tensor& k, const Tensor& v, const Attention& forward, const AttentionGradients& out,
               const TileMemory<T, Of>& memory)
      : head_(head),
        d_v_(v.size(3)),
        g_(g, head.b, head.h),
        read_g_(read_g, head.b, head.h),
        q_(q, head.b, head.h),
        k_(k, head.b, head.of_keys),
        v_(v, head.b, head.of_keys),
        output_(forward.output, head.b, head.h),
        max_(raw<T>(forward.max) + (head.b * q.size(1) + head.h) * head.queries),
        inverse_sum_(raw<T>(forward.inverse_sum) + (head.b * q.size(1) + head.h) * head.queries),
        memory_(memory) {
    if (out.dq.defined()) dq_ = HeadRows<T>(out.dq, head.b, head.h);
    if (out.dk.defined()) dk_ = HeadRows<T>(out.dk, head.b, head.of_keys);
    if (out.dv.defined()) dv_ = HeadRows<T>(out.dv, head.b, head.of_keys);
    if (!out.d_added.defined()) return;
    const Tensor of_head = out.d_added.expand({q.size(0), q.size(1), head.queries, head.keys});
    d_added_ = raw<T>(of_head) + head.b * of_head.strides()[0] + head.h * of_head.strides()[1];
    added_row_ = of_head.strides()[2], added_column_ = of_head.strides()[3];
  }

  void run() const {
    // Σ_j dP_ij P_ij = g_i · output_i: the sum over a whole row, before any of its tiles is made
    rows<AttentionRows<T>>().dots(g_.data, g_.row_stride, output_.data, output_.row_stride, memory_.per_query,
                                  head_.queries, d_v_);
    std::fill_n(memory_.rests.rest, head_.queries, T(0));
    std::fill_n(memory_.rests.leading_key, head_.queries, -1);
    for (std::int64_t key = 0; key < head_.keys; key += tile_keys) {
      for (std::int64_t query = 0; query < head_.queries; query += tile_queries) {
        const std::int64_t n = std::min(head_.queries - query, tile_queries);
        const std::int64_t m = std::min(head_.seen(query + n - 1, key), tile_keys);
        if (m > 0 && head_.first_seen(query) < key + m) add_tile(query, n, key, m);
      }
    }
    take_rests();
  }

 private:
  void add_tile(std::int64_t query, std::int64_t n, std::int64_t key, std::int64_t m) const {
    T* const p = memory_.first;
    T* const ds = dq_.data || dk_.data || d_added_ ? memory_.second : nullptr;
    const ScoreTile<T> tile = head_.scores(query, n, key, m, p, memory_);
    if (ds) {  // dP = g vᵀ, where dropout kept P
      gemm<T, Of>({n, m, d_v_, T(1), read_g_.from(query), v_.transposed_from(key), T(0), ds, m});
      head_.drop(ds, query, n, key, m);
    }
    const TileGradients<T> gradients{.max = max_ + query,
                                     .inverse_sum = inverse_sum_ + query,
                                     .dot = memory_.per_query + query,
                                     .gradients = ds,
                                     .slopes = ds ? memory_.slopes : nullptr,
                                     .rests = {memory_.rests.rest + query, memory_.rests.leading_key + query,
                                               memory_.rests.leading_slope + query},
                                     .first_key = key};
    rows<AttentionRows<T>>().weights_and_gradients(tile, gradients);
    if (d_added_) add_to_mask(ds, query, n, key, m);
    if (gradients.slopes) rows<AttentionRows<T>>().multiply(ds, gradients.slopes, n * m);
    if (dv_.data) {  // dv += Pᵀ g
      head_.drop(p, query, n, key, m);
      const Of* const weights = memory_.operand(p, n * m);
      gemm<T, Of>(
          {m, d_v_, n, T(1), transposed(weights, m), read_g_.from(query), T(1), dv_.at(key), dv_.row_stride});
    }
    const Of* const read_ds = dq_.data || dk_.data ? memory_.operand(ds, n * m) : nullptr;
    if (dq_.data) {  // dq += s dS k
      gemm<T, Of>({n, head_.d, m, head_.scale, row_major(read_ds, m), k_.from(key), T(1), dq_.at(query),
                   dq_.row_stride});
    }
    if (dk_.data) {  // dk += s dSᵀ q
      gemm<T, Of>({m, head_.d, n, head_.scale, transposed(read_ds, m), q_.from(query), T(1), dk_.at(key),
                   dk_.row_stride});
    }
  }

  // The mask's gradient is the scores', summed over the dims that it is broadcast along. If the queries share
  // a row, the tile's rows are summed first: a large sum takes in fewer numbers, each of which rounds it.
  void add_to_mask(const T* ds, std::int64_t query, std::int64_t n, std::int64_t key, std::int64_t m) const {
    const std::int64_t summed = added_row_ == 0 ? n : 1;
    for (std::int64_t i = 0; i < n; i += summed) {
      T* const row = d_added_ + (query + i) * added_row_ + key * added_column_;
      for (std::int64_t j = 0; j < m; ++j) {
        T sum = ds[i * m + j];
        for (std::int64_t r = 1; r < summed; ++r) sum += ds[(i + r) * m + j];
        row[j * added_column_] += sum;
      }
    }
  }

  // The exact row of dS adds up to 0. If one key has most of the weight, its dS is small, and the row's sum
  // is the rounding error in it. The error's products are taken out of the gradients.
  void take_rests() const {
    for (std::int64_t query = 0; query < head_.queries; ++query) {
      const std::int64_t key = memory_.rests.leading_key[query];
      if (key < 0) continue;
      const T of_row = memory_.rests.rest[query];
      const T rest = head_.scale * (of_row * memory_.rests.leading_slope[query]);
      if (dq_.data) subtract(rest, k_.at(key), dq_.at(query));
      if (dk_.data) subtract(rest, q_.at(query), dk_.at(key));
      if (d_added_) d_added_[query * added_row_ + key * added_column_] -= of_row;
    }
  }

  void subtract(T factor, const Of* x, T* from) const {
    for (std::int64_t i = 0; i < head_.d; ++i) from[i] -= factor * convert<T>(x[i]);
  }

  const AttentionHead<T, Of>& head_;
  std::int64_t d_v_;
  HeadRows<T> g_;
  HeadRows<Of> read_g_, q_, k_, v_;  // as products read them
  HeadRows<T> output_, dq_{}, dk_{}, dv_{};
  T* d_added_ = nullptr;
  std::int64_t added_row_ = 0, added_column_ = 0;
  const T *max_, *inverse_sum_;
  const TileMemory<T, Of>& memory_;
};

// Heads that add to the same memory are one thread's work, so that sums are added up in one order.
struct Work {
  std::int64_t batches, heads;  // of q that are added up together, side by side
};

Work work_of(const Tensor& q, const Tensor& k, const Tensor& d_added) {
  Work work{1, q.size(1) / k.size(1)};
  if (!d_added.defined()) return work;
  if (d_added.size(0) == 1) work.batches = q.size(0);
  if (d_added.size(1) == 1) work.heads = q.size(1);
  return work;
}

}  // namespace

AttentionGradients attention_backward(const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
                                      const Attention& forward, const ScoreForm& form,
                                      const ScoreMasks& masks, AttentionWants wants) {
  const AttentionGradients out{zero_gradient(q, wants.q), zero_gradient(k, wants.k),
                               zero_gradient(v, wants.v),
                               wants.added ? zeros(masks.added.shape(), product_dtype(q)) : Tensor()};
  const Attention made{readable_heads(forward.output), forward.max, forward.inverse_sum};
  const Tensor from_g = readable_heads(g), read_g = q.dtype() == bfloat16 ? rounded_once(from_g) : from_g,
               from_q = readable_heads(q), from_k = readable_heads(k), from_v = readable_heads(v);
  const std::int64_t batches = q.size(0), heads = q.size(1), queries = q.size(2), keys = k.size(2);
  if (batches * heads == 0) return out;
  const Work work = work_of(q, k, out.d_added);
  dispatch_product("fused_attention", q, [&]<class T, class Of>() {
    const std::int64_t grain =
        attention_grain(queries, keys, (q.size(3) + v.size(3)) * work.batches * work.heads);
    const std::int64_t parts = batches / work.batches * (heads / work.heads);
    parallel_for(parts, grain, [&](std::int64_t begin, std::int64_t end) {
      const TileMemory<T, Of> memory(queries, keys, form, masks);
      for (std::int64_t part = begin; part < end; ++part) {
        const std::int64_t b = part / (heads / work.heads) * work.batches,
                           h = part % (heads / work.heads) * work.heads;
        for (std::int64_t i = b; i < b + work.batches; ++i) {
          for (std::int64_t j = h; j < h + work.heads; ++j) {
            const AttentionHead<T, Of> head(from_q, from_k, form, masks, i, j);
            HeadBackward<T, Of>(head, from_g, read_g, from_q, from_k, from_v, made, out, memory).run();
          }
        }
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
