// flash_tiling: attention from a few keys at a time.

#include <cmath>

#include "attention.hpp"
#include "exercise.hpp"
#include "rows.hpp"

namespace xgrad::web {
namespace {

/// What is known of the keys so far: the largest score m, l = Σ exp(s − m) and o = Σ exp(s − m) v.
struct Online {
  Variable m, l, o;
};
using Tile = void (*)(Online& so_far, const Variable& scores, const Variable& values);

Variable larger(const Variable& m, const Variable& scores) {
  return maximum(m, amax(scores.detach(), -1, true));
}

Variable in_tiles(const Variable& q, const Variable& k, const Variable& v, std::int64_t n, Tile tile) {
  const auto [B, H, T_q, d] = q.sizes<4>();
  Online so_far{full({B, H, T_q, 1}, -INFINITY, q.dtype()), zeros({B, H, T_q, 1}, q.dtype()),
                zeros({B, H, T_q, v.size(-1)}, q.dtype())};
  for (std::int64_t begin = 0; begin < k.size(2); begin += n) {
    tile(so_far, scores_of(q, k.slice(2, begin, begin + n)), v.slice(2, begin, begin + n));
  }
  return so_far.o / so_far.l;
}

void judge_tiling(Judge& judge, const Tile& tile) {
  const auto check = [&](const std::string& name, const std::vector<Input>& in) {
    judge.equal(
        name, in, [&] { return in_tiles(in[0].value, in[1].value, in[2].value, 2, tile); },
        nn::scaled_dot_product_attention(in[0].value, in[1].value, in[2].value).output.value(),
        "the library's attention");
  };
  const std::vector<Input> in = queries_keys_values(2, 5, 29);
  check("5 keys in tiles of 2", in);
  std::vector<Input> large = in;
  large[0].value = (large[0].value * 10000).value();
  check("scores in the thousands", large);
  judge.gradients("gradients", in,
                  [&](const std::vector<Variable>& x) { return in_tiles(x[0], x[1], x[2], 2, tile); });
}

}  // namespace

Exercise flash_tiling() {
  return {
      .name = "flash_tiling",
      .title = "Attention in tiles",
      .lesson = "lessons/09-attention/page.md",
      .source = "core/kernels/attention.cpp",
      .task =
          {"Flash attention reads a few keys at a time. From tile to tile it keeps for each query the "
           "largest score so "
           "far, m, and with it `l = Σ exp(s − m)` and `o = Σ exp(s − m) v`. The output is o / l in the end.",
           "A tile has the scores S and the values v. Let m′ be the larger one of m and the largest of S, "
           "and "
           "P = exp(S − m′). At first m = −∞, l = 0 and o = 0; after the tile, m becomes m′."},
      .question = "What happens to l and o at a tile?",
      .choices = choices<Tile>(
          judge_tiling,
          {{"l = c · l + ΣP and o = c · o + P v, with c = exp(m − m′)", "",
            [](Online& t, const Variable& s, const Variable& v) {
              const Variable m = larger(t.m, s), p = exp(s - m), c = exp(t.m - m);
              t = {m, c * t.l + row_sum(p), c * t.o + matmul(p, v)};
            }},
           {"l = c · l + ΣP and o = o + P v, with c = exp(m − m′)",
            "o was summed with the old maximum, as l was: what brings it to the new one?",
            [](Online& t, const Variable& s, const Variable& v) {
              const Variable m = larger(t.m, s), p = exp(s - m), c = exp(t.m - m);
              t = {m, c * t.l + row_sum(p), t.o + matmul(p, v)};
            }},
           {"l = l + ΣP and o = o + P v",
            "If the maximum grows from tile to tile, do the parts of the sum fit together?",
            [](Online& t, const Variable& s, const Variable& v) {
              const Variable m = larger(t.m, s), p = exp(s - m);
              t = {m, t.l + row_sum(p), t.o + matmul(p, v)};
            }},
           {"l = c · l + ΣP and o = c · o + P v, with c = exp(m′ − m)",
            "exp(s − m) has to become exp(s − m′): multiply it by what? And what is m at the first tile?",
            [](Online& t, const Variable& s, const Variable& v) {
              const Variable m = larger(t.m, s), p = exp(s - m), c = exp(m - t.m);
              t = {m, c * t.l + row_sum(p), c * t.o + matmul(p, v)};
            }},
           {"l = l + Σ exp(S) and o = o + exp(S) v, without any m", "What is exp(1000), and what is ∞ / ∞?",
            [](Online& t, const Variable& s, const Variable& v) {
              const Variable p = exp(s);
              t = {t.m, t.l + row_sum(p), t.o + matmul(p, v)};
            }}}),
      .why =
          "exp(s − m) · exp(m − m′) = exp(s − m′), and c is at most 1, so nothing overflows. The table of "
          "all scores is "
          "never in memory."};
}

}  // namespace xgrad::web
