// The product kernels against a triple loop: every pair of transposes, many sizes, rows longer than they need
// be.

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support.hpp"

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/blas.hpp>
#include <xgrad/core/kernels/matmul.hpp>
#include <xgrad/core/memory/pool.hpp>

using namespace xgrad;

namespace {

struct Case {
  bool trans_a, trans_b;
  std::int64_t m, n, k, extra;  // extra: elements between the rows
};

template <class T>
using Gemm = void (*)(const kernels::Product<T>&);

template <class T>
kernels::Operand<T> operand(bool is_transposed, const T* first, std::int64_t row_stride) {
  return is_transposed ? kernels::transposed(first, row_stride) : kernels::row_major(first, row_stride);
}

// Small whole numbers, so that every order of summation gives the same result.
template <class T>
std::vector<T> numbers(std::int64_t count, std::int64_t seed) {
  std::vector<T> x(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<T>((static_cast<std::int64_t>(i) * 7919 + seed) % 17 - 8);
  }
  return x;
}

// The first element of C that is wrong, or −1. With beta = 0, C starts as NaN.
template <class T>
std::int64_t first_wrong(Gemm<T> gemm, const Case& x, T alpha, T beta, bool has_bias) {
  const std::int64_t lda = (x.trans_a ? x.m : x.k) + x.extra, ldb = (x.trans_b ? x.k : x.n) + x.extra;
  const std::int64_t ldc = x.n + x.extra;
  const std::vector<T> a = numbers<T>((x.trans_a ? x.k : x.m) * lda, 3);
  const std::vector<T> b = numbers<T>((x.trans_b ? x.n : x.k) * ldb, 5);
  const std::vector<T> bias = numbers<T>(x.n, 13);
  std::vector<T> c = numbers<T>(x.m * ldc, 11);
  if (beta == T(0)) c.assign(c.size(), std::numeric_limits<T>::quiet_NaN());
  std::vector<T> expected = c;
  const auto at = [](const std::vector<T>& v, std::int64_t i) { return v[static_cast<std::size_t>(i)]; };
  for (std::int64_t i = 0; i < x.m; ++i) {
    for (std::int64_t j = 0; j < x.n; ++j) {
      T sum = 0;
      for (std::int64_t p = 0; p < x.k; ++p) {
        sum += at(a, x.trans_a ? p * lda + i : i * lda + p) * at(b, x.trans_b ? j * ldb + p : p * ldb + j);
      }
      T& to = expected[static_cast<std::size_t>(i * ldc + j)];
      to = alpha * sum + (beta == T(0) ? T(0) : beta * to) + (has_bias ? at(bias, j) : T(0));
    }
  }
  gemm({x.m, x.n, x.k, alpha, operand(x.trans_a, a.data(), lda), operand(x.trans_b, b.data(), ldb), beta,
        c.data(), ldc, has_bias ? bias.data() : nullptr});
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (c[i] != expected[i] && !(std::isnan(c[i]) && std::isnan(expected[i])))
      return static_cast<std::int64_t>(i);
  }
  return -1;
}

// CBLAS, or our own where there is none.
template <class T>
void blas_or_own(const kernels::Product<T>& x) {
  if (!kernels::blas_gemm(x)) kernels::own_gemm(x);
}

template <class T>
void check(const Case& x) {
  const std::pair<const char*, Gemm<T>> functions[] = {
      {"own", [](const kernels::Product<T>& p) { kernels::own_gemm(p); }},
      {"CBLAS", blas_or_own<T>},
      {"chosen", [](const kernels::Product<T>& p) { kernels::gemm(p); }}};
  struct Terms {
    T alpha, beta;
    bool has_bias;
  };
  for (const Terms& terms : {Terms{1, 0, false}, {1, 1, false}, {1, 0, true}, {2, -3, true}}) {
    for (const auto& function : functions) {
      const std::int64_t wrong = first_wrong<T>(function.second, x, terms.alpha, terms.beta, terms.has_bias);
      REQUIRE_MESSAGE(wrong == -1, function.first, " gemm, transposed ", x.trans_a, " ", x.trans_b,
                      ", sizes ", x.m, " ", x.n, " ", x.k, ", extra ", x.extra, ", alpha ", terms.alpha,
                      ", beta ", terms.beta, ", bias ", terms.has_bias);
    }
  }
}

template <class T>
void check_all(std::int64_t m, std::int64_t n, std::int64_t k) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      for (const std::int64_t extra : {0, 3}) check<T>({trans_a, trans_b, m, n, k, extra});
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gemm equals the triple loop", T, float, double) {
  SUBCASE("small, every remainder of a tile") {
    for (std::int64_t m = 1; m <= 19; ++m) {
      for (const std::int64_t n : {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 70}) {
        for (const std::int64_t k : {1, 2, 5}) check_all<T>(m, n, k);
      }
    }
  }
  SUBCASE("around the sizes of the blocks") {
    for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{1, 1, 1},
                                  {70, 70, 70},
                                  {69, 67, 257},
                                  {33, 129, 256},
                                  {161, 33, 259},
                                  {9, 1025, 11},
                                  {250, 70, 260},
                                  {29, 530, 13},
                                  {119, 127, 64},
                                  {1, 700, 70},
                                  {700, 1, 70},
                                  {3, 3, 1000}}) {
      check_all<T>(m, n, k);
    }
  }
  SUBCASE("nothing to sum, nothing to write") {
    for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{3, 4, 0}, {0, 4, 3}, {3, 0, 4}, {0, 0, 0}})
      check_all<T>(m, n, k);
  }
}

TEST_CASE_TEMPLATE("gemm of several products equals gemm for each", T, float, double) {
  constexpr std::int64_t count = 3, m = 13, n = 18, k = 9;
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      for (const std::int64_t depth : {k, std::int64_t{0}}) {
        for (const std::int64_t step_b : {n * k + 2, std::int64_t{0}}) {  // 0: all share b
          CAPTURE(trans_a);
          CAPTURE(trans_b);
          CAPTURE(depth);
          CAPTURE(step_b);
          const std::int64_t step_a = m * k + 1, step_c = m * n + 3;
          const std::int64_t lda = trans_a ? m : k, ldb = trans_b ? k : n;
          const std::vector<T> a = numbers<T>(count * step_a, 3), b = numbers<T>(count * (n * k + 2), 5);
          std::vector<T> c = numbers<T>(count * step_c, 11), expected = c;
          for (std::int64_t i = 0; i < count; ++i) {
            kernels::gemm<T>({m, n, depth, 2, operand(trans_a, a.data() + i * step_a, lda),
                              operand(trans_b, b.data() + i * step_b, ldb), -1, expected.data() + i * step_c,
                              n});
          }
          kernels::gemm<T>({m, n, depth, 2, operand(trans_a, a.data(), lda), operand(trans_b, b.data(), ldb),
                            -1, c.data(), n},
                           {count, step_a, step_b, step_c});
          CHECK(c == expected);
        }
      }
    }
  }
}

namespace {

// Whole numbers again, in a tensor.
Tensor whole(const Shape& shape, std::int64_t seed) {
  return tensor(numbers<float>(shape.numel(), seed)).reshape(shape);
}

// Σ_p a(..., i, p) b(..., p, j), with nothing but views and broadcasting.
Tensor oracle(const Tensor& a, const Tensor& b) {
  Tensor y = zeros({}, a.dtype());
  for (std::int64_t p = 0; p < a.size(-1); ++p) {
    y = kernels::add(y, kernels::mul(a.slice(-1, p, p + 1), b.slice(-2, p, p + 1)));
  }
  return y;
}

struct Operands {
  std::string name;
  Tensor a, b;
  bool copied;  // an operand that gemm can't read where it lies
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

TEST_CASE("matmul reads operands where they lie") {
  for (const Operands& x : operands()) {
    CAPTURE(x.name);
    const Tensor expected = oracle(x.a, x.b);
    pool_release();
    const PoolStats before = pool_stats();
    const Tensor y = kernels::matmul(x.a, x.b);
    const bool copied = pool_stats().system_requests - before.system_requests > 1;  // one for the result
    if (pooling) CHECK(copied == x.copied);                                         // else nothing is counted
    CHECK(equal(y, expected));
  }
}

TEST_CASE("matmul lays its result out as the heads of an operand are, else contiguous") {
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
  const Tensor one_of_many = heads(5, 8).slice(0, 0, 1);  // its batch is broadcast
  CHECK(equal(kernels::matmul(scores, one_of_many), oracle(scores, one_of_many)));
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

TEST_CASE("matmul: products large enough for threads") {
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
