#include <xgrad/core/autograd/observer.hpp>

#include "judge.hpp"

#include STUDENT

// Sees the results of all ops, and remembers the largest.
struct LargestResult : Observer {
  void see_op(const char* op, const Variable& result, const Inputs&) override {
    if (result.numel() > numel) numel = result.numel(), name = op, shape = result.shape();
  }
  std::int64_t numel = 0;
  std::string name;
  Shape shape;
};

void compare(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t n, double tolerance) {
  Judge::must_equal(flash_tiling(q, k, v, n), nn::scaled_dot_product_attention(q, k, v).output.value(),
                    tolerance, k.size(2), " keys in tiles of ", n);
}

void checks(Judge& judge) {
  judge.that("one tile", [] {
    compare(randn({2, 2, 3, 4}), randn({2, 2, 6, 4}), randn({2, 2, 6, 5}), 6, 1e-5);
  });
  judge.values(
      "a later maximum",  // the numbers of the task: scores log 2 and log 6
      [] {
        return flash_tiling(ones({1, 1, 1, 1}), tensor({{{{std::log(2.0)}, {std::log(6.0)}}}}),
                            tensor({{{{4.0}, {8.0}}}}), 1);
      },
      tensor({{{{7.0}}}}));
  judge.that("every tile size", [] {
    const Tensor q = randn({1, 2, 3, 4}), k = randn({1, 2, 12, 4}), v = randn({1, 2, 12, 4});
    for (const std::int64_t n : {1, 2, 3, 4, 6, 12}) {
      compare(q, k, v, n, 1e-5);
    }
  });
  judge.that("a shorter last tile", [] {  // q = 0, so the result is the mean of the values
    const Tensor q = zeros({1, 1, 2, 4}), k = randn({1, 1, 7, 4}), v = randn({1, 1, 7, 3});
    for (const std::int64_t n : {3, 5, 100}) {
      compare(q, k, v, n, 1e-5);
    }
  });
  judge.that("large scores", [] {
    const Tensor q = ones({1, 1, 1, 1}), v = tensor({{{{1.0}, {2.0}, {3.0}, {4.0}}}});
    compare(q, tensor({{{{-1000.0}, {1000.0}, {0.0}, {1000.0}}}}), v, 2, 1e-5);
    compare(q, full({1, 1, 4, 1}, -1000.0), v, 2, 1e-5);
  });
  judge.that("never the whole table", [] {
    const Tensor q = randn({1, 1, 64, 4}), k = randn({1, 1, 64, 4}), v = randn({1, 1, 64, 4});
    const auto largest = std::make_shared<LargestResult>();
    observe(largest);
    flash_tiling(q, k, v, 8);
    Judge::must(largest->numel <= 2 * 64 * 8, "64 queries, 64 keys, tiles of 8: ", largest->name,
                " has a result of shape ", largest->shape, "; a tile of scores is (1, 1, 64, 8)");
  });
  judge.gradients(
      "gradients",
      [](const Variable& q, const Variable& k, const Variable& v) { return flash_tiling(q, k, v, 2); },
      {randn({1, 2, 2, 3}), randn({1, 2, 4, 3}), randn({1, 2, 4, 2})});
  judge.that("float64", [] {
    const Tensor x = randn({1, 1, 4, 3}, float64);
    compare(x, x, x, 2, 1e-12);
  });
  judge.refuses(
      "no keys in a tile",
      [] {
        flash_tiling(zeros({1, 1, 2, 2}), zeros({1, 1, 0, 2}), zeros({1, 1, 0, 2}), 0);
      },
      "n = 0");
  const Tensor x = randn({1, 4, 256, 32});
  judge.speed(
      "forward of 4 heads, 256 tokens, tiles of 64", [&] { flash_tiling(x, x, x, 64); },
      [&] { nn::scaled_dot_product_attention(x, x, x, {.fused = true}); });
}
