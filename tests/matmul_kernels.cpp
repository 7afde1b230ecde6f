// The kernels of matmul and linear against their definitions, sums of broadcast products: operands and
// results of many layouts.

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "reference/compare.hpp"
#include "reference/matmul.hpp"
#include "whole_numbers.hpp"

#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/matmul.hpp>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/xtensor.hpp>

using namespace xgrad;

namespace {

Tensor whole(const Shape& shape, std::int64_t seed) {
  return tensor(whole_numbers<float>(shape.numel(), seed)).reshape(shape);
}

Tensor oracle(const Tensor& a, const Tensor& b) {
  return from_xt(reference::matmul(array_of<float>(a), array_of<float>(b)));
}

struct Operands {
  std::string name;
  Tensor a, b;
  bool copied;  // gemm can't read an operand in place
};

std::vector<Operands> operands() {
  const auto heads = [](std::int64_t T, std::int64_t seed) {  // (B, T, H, d) seen as (B, H, T, d)
    return whole({2, T, 3, 8}, seed).transpose(1, 2);
  };
  const Tensor square = whole({6, 6}, 1);
  return {
      {"contiguous", whole({5, 7}, 1), whole({7, 4}, 2), false},
      {"left transposed", whole({7, 5}, 1).mT(), whole({7, 4}, 2), false},
      {"right transposed", whole({5, 7}, 1), whole({4, 7}, 2).mT(), false},
      {"both transposed", whole({7, 5}, 1).mT(), whole({4, 7}, 2).mT(), false},
      {"columns cut out", whole({5, 9}, 1).slice(1, 1, 8), whole({7, 9}, 2).slice(1, 2, 6), false},
      {"every other row", whole({10, 7}, 1).slice(0, 0, 10, 2), whole({14, 4}, 2).slice(0, 1, 14, 2), false},
      {"q kT of heads", heads(4, 1), heads(5, 2).mT(), false},
      {"weights v of heads", whole({2, 3, 4, 5}, 1), heads(5, 2), false},
      {"wT v of heads", whole({2, 3, 5, 4}, 1).mT(), heads(5, 2), false},
      {"batch by matrix", whole({4, 5, 6}, 1), square, false},
      {"heads by matrix", heads(4, 1), whole({8, 3}, 2), false},
      {"one row each by matrix", whole({4, 3, 6}, 1).slice(1, 1, 2), square, false},
      {"repeated batch", whole({5, 6}, 1).expand({3, 5, 6}), whole({3, 6, 2}, 2), false},
      {"every other column", whole({5, 14}, 1).slice(1, 0, 14, 2), whole({7, 4}, 2), true},
      {"repeated row", whole({1, 7}, 1).expand({5, 7}), whole({7, 4}, 2), true},
      {"repeated column", whole({5, 7}, 1), whole({7, 1}, 2).expand({7, 4}), true},
      {"repeated number", whole({5, 7}, 1), whole({1, 1}, 2).expand({7, 4}), true},
      {"repeated number, batch", whole({3, 5, 7}, 1), whole({}, 2).expand({3, 7, 4}), true},
      {"no stride of 1", whole({5, 7, 3}, 1).select(2, 1), whole({7, 4}, 2), true},
  };
}

}  // namespace

TEST_CASE("matmul reads operands in place") {
  for (const Operands& x : operands()) {
    CAPTURE(x.name);
    const Tensor expected = oracle(x.a, x.b);
    pool_release();
    const PoolStats before = pool_stats();
    const Tensor y = kernels::matmul(x.a, x.b);
    const bool copied = pool_stats().system_requests - before.system_requests > 1;  // one for the result
    if (pooling) CHECK(copied == x.copied);  // without the pool, nothing is counted
    CHECK(equal(y, expected));
  }
}

TEST_CASE("a result of matmul is interleaved as an operand's heads are, else contiguous") {
  const auto heads = [](std::int64_t T, std::int64_t d) {
    return whole({2, T, 3, d}, 1).transpose(1, 2);  // (B, T, H, d) → (B, H, T, d)
  };
  const Tensor scores = whole({2, 3, 4, 5}, 2);
  const auto joins_without_copy = [](const Tensor& y) { return y.transpose(1, 2).is_contiguous(); };
  CHECK(joins_without_copy(kernels::matmul(scores, heads(5, 8))));                // P v
  CHECK(joins_without_copy(kernels::matmul(scores.mT(), heads(4, 8))));           // dv = Pᵀ g
  CHECK(joins_without_copy(kernels::matmul(heads(4, 8).mT(), scores).mT()));      // dkᵀ = qᵀ dS
  CHECK(kernels::matmul(heads(4, 8), heads(5, 8).mT()).is_contiguous());          // q kᵀ
  CHECK(kernels::matmul(scores, heads(5, 8).contiguous()).is_contiguous());       // nothing interleaved
  CHECK(kernels::matmul(whole({4, 6}, 1), whole({2, 6, 3}, 2)).is_contiguous());  // a shared matrix
  CHECK(kernels::matmul(whole({2, 4, 6}, 1).mT(), whole({4, 3}, 2)).is_contiguous());
  const Tensor broadcast_heads[] = {
      heads(5, 8).slice(0, 0, 1),                       // one item for all
      heads(5, 8).select(0, 0).expand({1, 3, 5, 8}),    // a stride of 0 in a dim of size 1
      heads(5, 8).slice(0, 0, 1).expand({2, 3, 5, 8}),  // a stride of 0 that repeats
      heads(5, 8).slice(1, 0, 1).expand({2, 3, 5, 8}),
      heads(5, 8).slice(1, 1, 2),
  };
  for (const Tensor& v : broadcast_heads) {
    CHECK(equal(kernels::matmul(scores, v), oracle(scores, v)));
    CHECK(equal(kernels::matmul(v.mT(), scores.mT()), oracle(v.mT(), scores.mT())));
  }
}

TEST_CASE("matmul_into writes and adds to any strides") {
  const Tensor a = whole({3, 5, 7}, 1), b = whole({3, 7, 4}, 2), product = oracle(a, b);
  const std::pair<const char*, Tensor> destinations[] = {
      {"contiguous", empty({3, 5, 4})},
      {"transposed", empty({3, 4, 5}).mT()},
      {"heads", empty({5, 3, 4}).transpose(0, 1)},
      {"columns cut out", empty({3, 5, 9}).slice(2, 2, 6)},
      {"every other column", empty({3, 5, 8}).slice(2, 0, 8, 2)},
  };
  for (const auto& [name, c] : destinations) {
    CAPTURE(name);
    c.fill_(std::numeric_limits<double>::quiet_NaN());
    kernels::matmul_into(a, b, c, 1, 0);
    CHECK(equal(c, product));
    kernels::matmul_into(a, b, c, 2, 3);
    CHECK(equal(c, kernels::mul(product, full({}, 5.0))));
  }
}

TEST_CASE("matmul of a size that threads divide") {
  struct Sizes {
    Shape a, b;
  };
  const Sizes table[] = {
      {{200, 90}, {90, 70}},    {{3, 90, 50}, {3, 50, 90}},         {{5, 64, 64}, {64, 64}},
      {{1, 1300}, {1300, 900}}, {{2, 2, 3, 300}, {2, 2, 300, 300}}, {{1300, 900}, {900, 1}}};
  for (const auto& [a, b] : table) {
    CAPTURE(a);
    CAPTURE(b);
    const Tensor left = whole(a, 1), right = whole(b, 2);
    CHECK(equal(kernels::matmul(left, right), oracle(left, right)));
  }
}

TEST_CASE("linear adds the bias once to every row") {
  const Tensor bias = whole({70}, 3);
  for (const Shape& shape : {Shape{2, 9}, Shape{4, 30, 9}, Shape{6, 100, 9}, Shape{0, 9}}) {
    const Tensor x = whole(shape, 1), weight = whole({70, 9}, 2);
    const Tensor expected = kernels::add(oracle(x, weight.mT()), bias);
    CHECK(equal(kernels::linear(x, weight, bias), expected));
    CHECK(equal(kernels::linear(x, weight, whole({140}, 3).slice(0, 0, 70)), expected));
    CHECK(equal(kernels::linear(x, weight, Tensor()), oracle(x, weight.mT())));
  }
}
