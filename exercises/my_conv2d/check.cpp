#include "judge.hpp"

#include STUDENT

namespace {

/// The formula as loops.
Tensor convolution(const Tensor& x, const Tensor& w, const Tensor& b, std::int64_t stride,
                   std::int64_t padding) {
  const Tensor padded = pad(x, {padding, padding, padding, padding});
  const auto [B, C, H, W] = padded.sizes<4>();
  const Tensor y =
      zeros({B, w.size(0), (H - w.size(2)) / stride + 1, (W - w.size(3)) / stride + 1}, x.dtype());
  for (std::int64_t n = 0; n < B; ++n)
    for (std::int64_t o = 0; o < y.size(1); ++o)
      for (std::int64_t i = 0; i < y.size(2); ++i)
        for (std::int64_t j = 0; j < y.size(3); ++j) {
          const auto rows = Slice(i * stride, i * stride + w.size(2)),
                     columns = Slice(j * stride, j * stride + w.size(3));
          y.at({n, o, i, j}) = (sum(padded[{n, Slice(), rows, columns}] * w[o]) + b[o]).item<double>();
        }
  return y;
}

void as_formula(Judge& judge, const char* name, const Shape& x_shape, const Shape& w_shape,
                std::int64_t stride, std::int64_t padding) {
  judge.that(name, [&] {
    const Tensor x = randn(x_shape), w = randn(w_shape), b = randn({w_shape[0]});
    Judge::must_equal(my_conv2d(x, w, b, stride, padding), convolution(x, w, b, stride, padding), 1e-4, "x ",
                      x_shape, ", weight ", w_shape, ", stride ", stride, ", padding ", padding);
  });
}

}  // namespace

void checks(Judge& judge) {
  const Tensor image = tensor({{{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}, {7.0, 8.0, 9.0}}}});
  const Tensor kernel = tensor({{{{1.0, 2.0}, {0.0, -1.0}}}});
  judge.values(
      "values", [&] { return my_conv2d(image, kernel, zeros({1}), 1, 0); },
      tensor({{{{0.0, 2.0}, {6.0, 8.0}}}}));
  as_formula(judge, "padding", {1, 1, 3, 4}, {1, 1, 2, 2}, 1, 1);
  as_formula(judge, "stride", {1, 1, 6, 7}, {1, 1, 2, 2}, 2, 0);
  as_formula(judge, "channels and images", {2, 3, 4, 5}, {1, 3, 2, 2}, 1, 0);
  as_formula(judge, "kernels and bias", {1, 1, 4, 5}, {3, 1, 2, 2}, 1, 0);
  as_formula(judge, "not square", {2, 2, 5, 4}, {3, 2, 7, 1}, 2, 1);
  judge.values(
      "no images",
      [] {
        return my_conv2d(zeros({0, 2, 4, 4}), ones({3, 2, 3, 3}), ones({3}), 1, 1);
      },
      zeros({0, 3, 4, 4}));
  judge.gradients(
      "gradients",
      [](const Variable& x, const Variable& w, const Variable& b) { return my_conv2d(x, w, b, 2, 1); },
      {randn({2, 2, 4, 3}), randn({2, 2, 3, 2}), randn({2})});
  judge.that("errors", [] {
    const auto call = [](const Shape& x, const Shape& w) {
      my_conv2d(zeros(x), zeros(w), zeros({w[0]}), 1, 0);
    };
    Judge::must_throw([&] { call({1, 1, 4, 4}, {1, 1, 5, 2}); }, "a kernel of 5 rows for an image of 4 rows");
    Judge::must_throw(
        [&] {
          call({1, 1, 4, 4}, {1, 1, 2, 5});
        },
        "a kernel of 5 columns for an image of 4 columns");
    Judge::must_throw(
        [&] {
          call({1, 1, 4, 4}, {1, 4, 2, 2});
        },
        "a kernel of 4 channels for an image of 1 channel");
    Judge::must_throw(
        [&] {
          call({1, 4, 4, 4}, {1, 1, 2, 2});
        },
        "a kernel of 1 channel for an image of 4 channels");
  });
}
