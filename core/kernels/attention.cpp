#include <xgrad/core/kernels/attention.hpp>

#include <limits>

#include <xgrad/core/kernels/attention_tiles.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

// Algorithm 1 of Dao 2023, "FlashAttention-2": the queries outside, the keys inside, and the division by the
// sum at the end.

namespace xgrad::kernels {

Attention attention(const Tensor& q, const Tensor& k, const Tensor& v, const ScoreForm& form,
                    const ScoreMasks& masks) {
  const std::int64_t queries = q.size(2), keys = k.size(2), d = v.size(3), heads = q.size(0) * q.size(1);
  const DType dtype = product_dtype(q);
  const Attention out{empty(side_by_side(q, d), dtype).transpose(1, 2),
                      empty({q.size(0), q.size(1), queries}, dtype),
                      empty({q.size(0), q.size(1), queries}, dtype)};
  if (keys == 0) {
    out.output.zero_();
    out.max.fill_(std::numeric_limits<double>::infinity());
    out.inverse_sum.zero_();
    return out;
  }
  const Tensor from_q = readable_heads(q), from_k = readable_heads(k), from_v = readable_heads(v);
  const std::int64_t tiles = (queries + tile_queries - 1) / tile_queries;
  dispatch_product("fused_attention", q, [&]<class T, class Of>() {
    const AttentionRows<T>& row = rows<AttentionRows<T>>();
    const std::int64_t grain = attention_grain(std::min(queries, tile_queries), keys, q.size(3) + d);
    parallel_for(heads * tiles, grain, [&](std::int64_t begin, std::int64_t end) {
      const TileMemory<T, Of> memory(queries, keys, form, masks);
      T* const e = memory.first;
      for (std::int64_t part = begin; part < end; ++part) {
        const std::int64_t of_all = part / tiles;  // the head's number
        const AttentionHead<T, Of> head(from_q, from_k, form, masks, of_all / q.size(1), of_all % q.size(1));
        const HeadRows<Of> values(from_v, head.b, head.of_keys);
        const HeadRows<T> output(out.output, head.b, head.h);
        const std::int64_t query = part % tiles * tile_queries, n = std::min(queries - query, tile_queries);
        T* const max = raw<T>(out.max) + of_all * queries + query;
        T* const sum = raw<T>(out.inverse_sum) + of_all * queries + query;  // inverted at the end
        std::fill_n(max, n, -std::numeric_limits<T>::infinity());
        std::fill_n(sum, n, T(0));
        const std::int64_t last_seen = head.seen(query + n - 1, 0);
        bool is_first = true;
        for (std::int64_t key = head.first_seen(query); key < last_seen; key += tile_keys) {
          const std::int64_t m = std::min(last_seen - key, tile_keys);
          T* const so_far = is_first ? nullptr : output.at(query);
          row.softmax_step(head.scores(query, n, key, m, e, memory), max, sum, so_far, output.row_stride, d);
          head.drop(e, query, n, key, m);
          const Of* const weights = memory.operand(e, n * m);
          gemm<T, Of>({n, d, m, T(1), row_major(weights, m), values.from(key), is_first ? T(0) : T(1),
                       output.at(query), output.row_stride});
          is_first = false;
        }
        if (is_first) output.fill(query, n, d, T(0));
        row.softmax_end(max, sum, output.at(query), output.row_stride, n, d);
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
