// Attention in one node and in three against its definition.
#include "attention.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/attention.hpp>

using namespace xgrad;

namespace {

// Everything visible: a mask of 0.
template <class R>
const xt::xarray<R> all = xt::zeros<R>({1, 1});

template <class R>
struct Visible {
  const char* name;
  FusedAttentionOptions options;
  xt::xarray<R> mask;
};

template <class T, class R = Wide<T>>
std::vector<Visible<R>> masks_of(std::int64_t queries, std::int64_t keys, Generator& generator) {
  const Tensor keep = randint(0, 4, {2, 1, queries, keys}, int64, generator).to(boolean),
               some = randint(0, 2, {queries, 1}, int64, generator).to(boolean),
               added = randn({queries, keys}, dtype_of<T>(), generator);
  const auto additive = [](const Tensor& kept) -> xt::xarray<R> {
    return reference::additive<R>(array_of<R>(kept) > R(0.5));
  };
  const xt::xarray<R> past = reference::causal<R>(queries, keys, keys - queries);
  std::vector<Visible<R>> masks = {
      {"none", {}, all<R>},
      {"keep", {.mask = keep}, additive(keep)},
      {"rows without a key", {.mask = some}, additive(some)},
      {"added", {.mask = added}, array_of<R>(added)},
      {"upper left", {.causal_upper_left = true}, reference::causal<R>(queries, keys, 0)},
  };
  if (queries > keys) return masks;
  masks.push_back({"causal", {.causal = true}, past});
  masks.push_back({"causal, added", {.causal = true, .mask = added}, past + array_of<R>(added)});
  masks.push_back({"causal, keep", {.causal = true, .mask = keep}, past + additive(keep)});
  return masks;
}

}  // namespace

TEST_CASE("reference: attention is PyTorch's") {
  const auto number = [](const std::string& key) { return array_of<double>(golden("attention_masks", key)); };
  for (const auto& [sizes, queries, keys] :
       {std::tuple{std::string("5x5"), 5, 5}, {"3x7", 3, 7}, {"6x4", 6, 4}}) {
    const xt::xarray<double> upper_left = reference::causal<double>(queries, keys, 0);
    const auto check = [&, sizes = sizes](const std::string& key, const xt::xarray<double>& mask) {
      CAPTURE(key);
      const xt::xarray<double> y =
          reference::attention(number(sizes + "/q"), number(sizes + "/k"), number(sizes + "/v"), 0.5, mask);
      CHECK(xt::amax(xt::abs(y - number(sizes + key)))() < 1e-14);
    };
    check("/is_causal/out", upper_left);
    for (const std::string shape : {"/square", "/per head", "/per key", "/scalar"}) {
      const xt::xarray<double> bias = number(sizes + shape + "/bias") + all<double>;
      check(shape + "/all/out", bias);
      check(shape + "/upper left/out", bias + upper_left);
    }
  }
}

// Bounds. A score of d products is off by (d + 2) u s Σ |q| |k|, and by its mask's rounding; the exponent by
// twice that, as the maximum is off too, and by a rounding of its own size. A weight is off by that, by exp
// (four units), and by the sum of n (see softmax.cpp); a maximum that rises from tile to tile rescales the
// sums, with the same errors again. The result is a sum of n weighted values.
TEST_CASE_TEMPLATE("fused attention: every size, under every mask", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  Generator generator(5);
  const auto sample = [&](const Shape& shape) { return randn(shape, dtype_of<T>(), generator); };
  struct Sizes {
    std::int64_t queries, keys, d, d_v;
  };
  for (const auto& [queries, keys, d, d_v] : {Sizes{1, 1, 4, 4},
                                              {7, 7, 8, 8},
                                              {9, 16, 1, 3},
                                              {16, 9, 5, 1},
                                              {5, 33, 33, 17},
                                              {31, 65, 16, 16},
                                              {3, 257, 8, 4},
                                              {130, 130, 4, 4}}) {
    const Tensor q = sample({2, 2, queries, d}), k = sample({2, 2, keys, d}), v = sample({2, 2, keys, d_v});
    const A x = array_of<R>(q), y = array_of<R>(k), z = array_of<R>(v);
    for (const double scale : {0.3, -40.0}) {
      const R s = static_cast<R>(scale), n = static_cast<R>(keys);
      const A transposed = xt::transpose(y, {0, 1, 3, 2}),
              size = std::abs(s) * reference::matmul<R>(xt::abs(x), xt::abs(transposed));
      for (auto [name, options, mask] : masks_of<T>(queries, keys, generator)) {
        CAPTURE(name);
        CAPTURE(q.shape());
        CAPTURE(k.shape());
        options.scale = scale;
        const A exact = reference::attention(x, y, z, s, mask), magnitude = xt::abs(z),
                weighted = reference::attention(x, y, magnitude, s, mask);
        const A worst = reference::max_over(size, {-1}),
                added = xt::where(xt::isinf(mask), R(0), xt::abs(mask));
        const A exponent = (2 * static_cast<R>(d) + 8) * worst + 4 * reference::max_over(added, {-1});
        check_within<T>((exponent + (2 * n + 2 * std::log(n) + 20)) * weighted,
                        fused_attention(q, k, v, options).value(), exact);
      }
    }
  }
}
