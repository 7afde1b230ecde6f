// xgrad's own gemm, CBLAS and the products of BFloat16 against a triple loop: every pair of transposes, many
// sizes, and rows with a gap between them.

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "gemm_operands.hpp"
#include "support.hpp"

#include <xgrad/core/base/convert.hpp>
#include <xgrad/core/kernels/cblas.hpp>
#include <xgrad/core/kernels/gemm.hpp>

using namespace xgrad;

namespace {

struct Case {
  bool trans_a, trans_b;
  std::int64_t m, n, k, extra;  // extra: elements between the rows
};

template <class T, class Of>
using Gemm = void (*)(const kernels::Product<T, Of>&);

// NaN in the last `extra` elements of each row, which belong to nobody.
template <class Of>
std::vector<Of> with_gaps(std::vector<Of> x, std::int64_t row, std::int64_t extra) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i) {
    if (i % row >= row - extra) x[static_cast<std::size_t>(i)] = convert<Of>(std::nanf(""));
  }
  return x;
}

// The first element of C that is wrong, or −1. With beta = 0, C starts as NaN.
template <class T, class Of>
std::int64_t first_wrong(Gemm<T, Of> gemm, const Case& x, T alpha, T beta, bool has_bias) {
  const std::int64_t lda = (x.trans_a ? x.m : x.k) + x.extra, ldb = (x.trans_b ? x.k : x.n) + x.extra;
  const std::int64_t ldc = x.n + x.extra;
  const std::vector<Of> a = with_gaps(factors<Of>((x.trans_a ? x.k : x.m) * lda, 3), lda, x.extra);
  const std::vector<Of> b = with_gaps(factors<Of>((x.trans_b ? x.n : x.k) * ldb, 5), ldb, x.extra);
  const std::vector<T> bias = whole_numbers<T>(x.n, 13);
  std::vector<T> c = whole_numbers<T>(x.m * ldc, 11);
  if (beta == T(0)) c.assign(c.size(), std::numeric_limits<T>::quiet_NaN());
  std::vector<T> expected = c;
  const auto at = [](const std::vector<Of>& v, std::int64_t i) {
    return convert<T>(v[static_cast<std::size_t>(i)]);
  };
  for (std::int64_t i = 0; i < x.m; ++i) {
    for (std::int64_t j = 0; j < x.n; ++j) {
      T sum = 0;
      for (std::int64_t p = 0; p < x.k; ++p) {
        sum += at(a, x.trans_a ? p * lda + i : i * lda + p) * at(b, x.trans_b ? j * ldb + p : p * ldb + j);
      }
      T& to = expected[static_cast<std::size_t>(i * ldc + j)];
      to = alpha * sum + (beta == T(0) ? T(0) : beta * to) +
           (has_bias ? bias[static_cast<std::size_t>(j)] : T(0));
    }
  }
  gemm({.m = x.m,
        .n = x.n,
        .k = x.k,
        .alpha = alpha,
        .a = operand(x.trans_a, a.data(), lda),
        .b = operand(x.trans_b, b.data(), ldb),
        .beta = beta,
        .c = c.data(),
        .c_row_stride = ldc,
        .bias = has_bias ? bias.data() : nullptr});
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (c[i] != expected[i] && !(std::isnan(c[i]) && std::isnan(expected[i])))
      return static_cast<std::int64_t>(i);
  }
  return -1;
}

// CBLAS, or our own gemm in a build without it.
template <class T>
void cblas_or_own(const kernels::Product<T>& x) {
  if (!kernels::cblas_gemm(x)) kernels::own_gemm(x);
}

template <class T, class Of>
std::vector<std::pair<const char*, Gemm<T, Of>>> functions() {
  const auto chosen = [](const kernels::Product<T, Of>& p) { kernels::gemm(p); };
  if constexpr (std::is_same_v<Of, BFloat16>) {
    return {{"chosen", chosen}};
  } else {
    return {{"own", [](const kernels::Product<T>& p) { kernels::own_gemm(p); }},
            {"CBLAS", cblas_or_own<T>},
            {"chosen", chosen}};
  }
}

template <class T, class Of>
void check(const Case& x) {
  struct Terms {
    T alpha, beta;
    bool has_bias;
  };
  for (const Terms& terms : {Terms{1, 0, false}, {1, 1, false}, {1, 0, true}, {1, 1, true}, {2, -3, true}}) {
    for (const auto& function : functions<T, Of>()) {
      const std::int64_t wrong =
          first_wrong<T, Of>(function.second, x, terms.alpha, terms.beta, terms.has_bias);
      REQUIRE_MESSAGE(wrong == -1, function.first, " gemm, transposed ", x.trans_a, " ", x.trans_b,
                      ", sizes ", x.m, " ", x.n, " ", x.k, ", extra ", x.extra, ", alpha ", terms.alpha,
                      ", beta ", terms.beta, ", bias ", terms.has_bias);
    }
  }
}

template <class T, class Of>
void check_all(std::int64_t m, std::int64_t n, std::int64_t k) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      for (const std::int64_t extra : {0, 3}) check<T, Of>({trans_a, trans_b, m, n, k, extra});
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gemm equals the triple loop", Of, float, double, BFloat16) {
  using T = std::conditional_t<std::is_same_v<Of, BFloat16>, float, Of>;
  SUBCASE("small sizes, with every remainder of a tile") {
    for (std::int64_t m = 1; m <= 19; ++m) {
      for (const std::int64_t n : {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 70}) {
        for (const std::int64_t k : {1, 2, 5}) check_all<T, Of>(m, n, k);
      }
    }
  }
  SUBCASE("sizes around those of the blocks") {
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
                                  {3, 3, 1000},
                                  {4, 9, 70},
                                  {5, 6, 80},
                                  {7, 6, 130},
                                  {8, 13, 128},
                                  {272, 16, 288},
                                  {32, 48, 544},
                                  {48, 544, 32}}) {
      check_all<T, Of>(m, n, k);
    }
  }
  SUBCASE("AMX: several blocks in each direction, and a b too large to keep") {
    if constexpr (std::is_same_v<Of, BFloat16>) {
      const auto chosen = functions<T, Of>().front().second;
      CHECK(first_wrong<T, Of>(chosen, {false, false, 272, 1056, 288, 0}, 1, 0, true) == -1);
      CHECK(first_wrong<T, Of>(chosen, {true, true, 272, 1024, 544, 3}, 2, -3, true) == -1);
    }
  }
  SUBCASE("a size of 0") {
    for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{3, 4, 0}, {0, 4, 3}, {3, 0, 4}, {0, 0, 0}})
      check_all<T, Of>(m, n, k);
  }
}

TEST_CASE_TEMPLATE("gemm of a batch equals gemm of each product", Of, float, double, BFloat16) {
  using T = std::conditional_t<std::is_same_v<Of, BFloat16>, float, Of>;
  constexpr std::int64_t count = 3, m = 13, n = 18, k = 9;
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      for (const std::int64_t depth : {k, std::int64_t{0}}) {
        for (const std::int64_t step_b : {n * k + 2, std::int64_t{0}}) {  // 0: all products share b
          CAPTURE(trans_a);
          CAPTURE(trans_b);
          CAPTURE(depth);
          CAPTURE(step_b);
          const std::int64_t step_a = m * k + 1, step_c = m * n + 3;
          const std::int64_t lda = trans_a ? m : k, ldb = trans_b ? k : n;
          const std::vector<Of> a = factors<Of>(count * step_a, 3), b = factors<Of>(count * (n * k + 2), 5);
          std::vector<T> c = whole_numbers<T>(count * step_c, 11), expected = c;
          for (std::int64_t i = 0; i < count; ++i) {
            kernels::gemm<T, Of>({m, n, depth, 2, operand(trans_a, a.data() + i * step_a, lda),
                                  operand(trans_b, b.data() + i * step_b, ldb), -1,
                                  expected.data() + i * step_c, n});
          }
          kernels::gemm<T, Of>({m, n, depth, 2, operand(trans_a, a.data(), lda),
                                operand(trans_b, b.data(), ldb), -1, c.data(), n},
                               {count, step_a, step_b, step_c});
          CHECK(c == expected);
        }
      }
    }
  }
}
