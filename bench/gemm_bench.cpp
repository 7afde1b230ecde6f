// Only the matrix products of a row, as calls of the BLAS library with its own threads: a lower bound for the
// row's time. For each product y = x W, also the two products of its backward pass.

#include <cblas.h>

#include <functional>
#include <string>
#include <vector>

#include "measure.hpp"
#include "rows.hpp"

using Work = std::function<void()>;

namespace {

struct Product {
  std::int64_t items, m, n, k;  // items of (m, k) @ (k, n)
};

void add_attention(std::vector<Product>& products, const bench::Attention& a) {
  for (int i = 0; i < 4; ++i) products.push_back({1, a.B * a.T, a.d, a.d});
  products.push_back({a.B * a.H, a.T, a.T, a.d / a.H});
  products.push_back({a.B * a.H, a.T, a.d / a.H, a.T});
}

void multiply(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::int64_t m, std::int64_t n, std::int64_t k,
              const float* a, const float* b, float* c) {
  const auto M = static_cast<int>(m), N = static_cast<int>(n), K = static_cast<int>(k);
  cblas_sgemm(CblasRowMajor, ta, tb, M, N, K, 1, a, ta == CblasTrans ? M : K, b, tb == CblasTrans ? K : N, 0,
              c, N);
}

Work all(std::vector<Product> products, bool backward) {
  std::size_t largest = 0;
  for (const Product& p : products) {
    const auto items = static_cast<std::size_t>(p.items);
    for (std::int64_t size : {p.m * p.k, p.k * p.n, p.m * p.n})
      largest = std::max(largest, items * static_cast<std::size_t>(size));
  }
  return [=, a = std::vector<float>(largest, 1.0F), b = std::vector<float>(largest, 1.0F),
          c = std::vector<float>(largest)]() mutable {
    for (const auto& [items, m, n, k] : products) {
      for (std::int64_t i = 0; i < items; ++i) {
        multiply(CblasNoTrans, CblasNoTrans, m, n, k, a.data() + i * m * k, b.data() + i * k * n,
                 c.data() + i * m * n);
      }
      if (!backward) continue;
      for (std::int64_t i = 0; i < items; ++i) {  // dx = g Wᵀ, dW = xᵀ g
        multiply(CblasNoTrans, CblasTrans, m, k, n, a.data() + i * m * n, b.data() + i * k * n,
                 c.data() + i * m * k);
        multiply(CblasTrans, CblasNoTrans, k, n, m, a.data() + i * m * k, b.data() + i * m * n,
                 c.data() + i * k * n);
      }
    }
  };
}

}  // namespace

int main(int argc, char** argv) {
  for (const bench::Attention& a : bench::attentions) {
    std::vector<Product> products;
    add_attention(products, a);
    bench::row(std::string("attention_fwd/") + a.name, bench::flops(a), [=] { return all(products, false); });
    bench::row(std::string("attention_fwdbwd/") + a.name, 3 * bench::flops(a),
               [=] { return all(products, true); });
  }
  for (const bench::Step& s : bench::steps) {
    std::vector<Product> products;
    for (std::int64_t i = 0; i < s.L; ++i) {
      add_attention(products, {s.name, s.B, s.T, s.d, s.H});
      products.push_back({1, s.B * s.T, 4 * s.d, s.d});
      products.push_back({1, s.B * s.T, s.d, 4 * s.d});
    }
    products.push_back({1, s.B * s.T, s.V, s.d});
    bench::row(std::string("step/") + s.name, bench::flops(s), [=] { return all(products, true); });
  }
  return bench::run(argc, argv);
}
