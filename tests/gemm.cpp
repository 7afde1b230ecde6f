// The product kernels against a triple loop: every pair of transposes, many sizes, rows longer than they need
// be.

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/blas.hpp>
#include <xgrad/core/kernels/matmul.hpp>
#include <xgrad/core/pool.hpp>

using namespace xgrad;

namespace {

struct Case {
  bool trans_a, trans_b;
  std::int64_t m, n, k, extra;  // extra: elements between the rows
};

template <class T>
using Gemm = void (*)(bool, bool, std::int64_t, std::int64_t, std::int64_t, T, const T*, std::int64_t,
                      const T*, std::int64_t, T, T*, std::int64_t);

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
std::int64_t first_wrong(Gemm<T> gemm, const Case& x, T alpha, T beta) {
  const std::int64_t lda = (x.trans_a ? x.m : x.k) + x.extra, ldb = (x.trans_b ? x.k : x.n) + x.extra;
  const std::int64_t ldc = x.n + x.extra;
  const std::vector<T> a = numbers<T>((x.trans_a ? x.k : x.m) * lda, 3);
  const std::vector<T> b = numbers<T>((x.trans_b ? x.n : x.k) * ldb, 5);
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
      to = alpha * sum + (beta == T(0) ? T(0) : beta * to);
    }
  }
  gemm(x.trans_a, x.trans_b, x.m, x.n, x.k, alpha, a.data(), lda, b.data(), ldb, beta, c.data(), ldc);
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (c[i] != expected[i] && !(std::isnan(c[i]) && std::isnan(expected[i])))
      return static_cast<std::int64_t>(i);
  }
  return -1;
}

template <class T>
void check(const Case& x) {
  for (const auto& [alpha, beta] : {std::pair<T, T>{1, 0}, {1, 1}, {2, -3}}) {
    for (Gemm<T> function : {Gemm<T>(kernels::own_gemm<T>), Gemm<T>(kernels::gemm<T>)}) {
      const std::int64_t wrong = first_wrong<T>(function, x, alpha, beta);
      CAPTURE(x.trans_a);
      CAPTURE(x.trans_b);
      CAPTURE(x.m);
      CAPTURE(x.n);
      CAPTURE(x.k);
      CAPTURE(x.extra);
      CAPTURE(alpha);
      CAPTURE(beta);
      CAPTURE((function == Gemm<T>(kernels::own_gemm<T>)));
      REQUIRE(wrong == -1);
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
