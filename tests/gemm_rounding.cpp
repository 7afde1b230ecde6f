// How gemm rounds: by as much as its sums allow, and in the same way wherever threads cut a product.

#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "gemm_operands.hpp"
#include "support.hpp"

#include <xgrad/core/base/convert.hpp>
#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>

using namespace xgrad;

// Products whose sums round: each addition by 2⁻²⁴ of a partial sum, which is at most Σ|a||b|.
TEST_CASE("a product of BFloat16 has the rounding errors of float32 sums alone") {
  for (const std::int64_t k : {2, 31, 300, 1025}) {
    for (const std::int64_t m : {2, 40}) {
      CAPTURE(k);
      CAPTURE(m);
      constexpr std::int64_t n = 37;
      Generator random(static_cast<std::uint64_t>(k));
      const Tensor a = rand({m, k}, float32, random).to(bfloat16),
                   b = randn({k, n}, float32, random).to(bfloat16);
      std::vector<float> c(static_cast<std::size_t>(m * n));
      const auto* first_a = reinterpret_cast<const BFloat16*>(a.storage()->data());
      const auto* first_b = reinterpret_cast<const BFloat16*>(b.storage()->data());
      kernels::gemm<float, BFloat16>(
          {m, n, k, 1, kernels::row_major(first_a, k), kernels::row_major(first_b, n), 0, c.data(), n});
      const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          double sum = 0, size = 0;
          for (std::int64_t p = 0; p < k; ++p) {
            const double term =
                x[static_cast<std::size_t>(i * k + p)] * y[static_cast<std::size_t>(p * n + j)];
            sum += term;
            size += std::abs(term);
          }
          const double error = std::abs(c[static_cast<std::size_t>(i * n + j)] - sum);
          REQUIRE(error <= static_cast<double>(k) * std::exp2(-23) * size);
        }
      }
    }
  }
}

// Threads cut the rows or the columns of a product. Where they do must not matter.
TEST_CASE_TEMPLATE("gemm of a part gives the same bits as gemm of the whole", Of, float, double, BFloat16) {
  using T = std::conditional_t<std::is_same_v<Of, BFloat16>, float, Of>;
  constexpr std::int64_t m = 75, n = 83;
  struct Terms {
    T alpha, beta;
    bool has_bias;
  };
  for (const std::int64_t k : {40, 320, 600}) {
    for (const Terms& terms : {Terms{1, 0, false}, {1, 1, false}, {1, 0, true}, {T(0.7), T(0.3), true}}) {
      Generator random(1);
      const auto drawn = [&](std::int64_t count) {
        return randn({count}, dtype_of<T>(), random).template to_vector<T>();
      };
      std::vector<Of> a, b;
      for (const T x : drawn(m * k)) a.push_back(convert<Of>(x));
      for (const T x : drawn(k * n)) b.push_back(convert<Of>(x));
      const std::vector<T> bias = drawn(n), before = drawn(m * n);
      // The product in four parts, cut at this row and this column.
      const auto in_parts = [&](std::int64_t row, std::int64_t column) {
        std::vector<T> c = before;
        for (const auto& [i, rows] : {std::pair{std::int64_t{0}, row}, {row, m - row}}) {
          for (const auto& [j, columns] : {std::pair{std::int64_t{0}, column}, {column, n - column}}) {
            kernels::gemm<T, Of>({.m = rows,
                                  .n = columns,
                                  .k = k,
                                  .alpha = terms.alpha,
                                  .a = kernels::row_major(a.data() + i * k, k),
                                  .b = kernels::row_major(b.data() + j, n),
                                  .beta = terms.beta,
                                  .c = c.data() + i * n + j,
                                  .c_row_stride = n,
                                  .bias = terms.has_bias ? bias.data() + j : nullptr,
                                  .all_rows = m});
          }
        }
        return c;
      };
      CAPTURE(k);
      CAPTURE(terms.alpha);
      CAPTURE(terms.beta);
      CAPTURE(terms.has_bias);
      const std::vector<T> whole = in_parts(m, n);
      CHECK(in_parts(37, n) == whole);
      CHECK(in_parts(m, 41) == whole);
      CHECK(in_parts(64, 32) == whole);
    }
  }
}

TEST_CASE_TEMPLATE("gemm adds a large bias, or a large C, once", Of, float, BFloat16) {
  for (const std::int64_t m : {20, 32}) {
    constexpr std::int64_t n = 32, k = 4096;
    const auto count = [](std::int64_t size) { return static_cast<std::size_t>(size); };
    const std::vector<Of> a(count(m * k), convert<Of>(0.01F)), b(count(k * n), convert<Of>(0.01F));
    const std::vector<float> bias(n, 1000.0F);
    const double factor = convert<double>(convert<float>(a[0])), sum = k * factor * factor;
    for (const bool has_bias : {false, true}) {
      std::vector<float> c(count(m * n), 1000.0F);
      kernels::gemm<float, Of>({.m = m,
                                .n = n,
                                .k = k,
                                .alpha = 1,
                                .a = kernels::row_major(a.data(), k),
                                .b = kernels::row_major(b.data(), n),
                                .beta = has_bias ? 0.0F : 1.0F,
                                .c = c.data(),
                                .c_row_stride = n,
                                .bias = has_bias ? bias.data() : nullptr});
      // The blocks along k may be added one by one: 16 of them.
      const double bound = static_cast<double>(k) * std::exp2(-23) * sum + 16 * 1000 * std::exp2(-24);
      CAPTURE(m);
      CAPTURE(has_bias);
      for (const float each : c) REQUIRE(std::abs(each - 1000 - sum) <= bound);
    }
  }
}
