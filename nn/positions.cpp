#include <xgrad/nn/positions.hpp>

#include <string>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/rotary.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/embedding.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

void check_rows(const char* module, const Variable& x, std::int64_t d_model) {
  check_defined(module, {x});
  if (x.dim() < 2 || x.size(-1) != d_model) {
    fail(module, "x must be (..., T, ", d_model, "), not ", x.shape());
  }
}

void check_positions(const char* module, const Variable& x, const Tensor& positions) {
  check_defined(module, positions);
  const Shape rows = x.shape().without_last();
  const bool fits = positions.shape() == rows || positions.shape() == Shape{rows.back()};
  if (!fits || positions.dtype() != int64) {
    fail(module, "positions must be int64, (T), or (B, T) for x (B, T, d_model): got ", positions.dtype(),
         " ", positions.shape(), " for x ", x.shape());
  }
}

Tensor checked_frequencies(std::int64_t d_model) {
  if (d_model <= 0 || d_model % 2 != 0) {
    fail("SinusoidalPositions", "d_model must be positive and even, got ", d_model);
  }
  return kernels::rotary_frequencies(d_model / 2, 10000);
}

}  // namespace

SinusoidalPositions::SinusoidalPositions(std::int64_t d_model) : frequencies_(checked_frequencies(d_model)) {}

Variable SinusoidalPositions::forward(const Variable& x, std::int64_t offset) const {
  check_rows("SinusoidalPositions", x, 2 * frequencies_.numel());
  return forward(x, arange(offset, offset + x.size(-2)));
}

Variable SinusoidalPositions::forward(const Variable& x, const Tensor& positions) const {
  check_rows("SinusoidalPositions", x, 2 * frequencies_.numel());
  check_positions("SinusoidalPositions", x, positions);
  check_floating("SinusoidalPositions", x.value());
  const auto [cos, sin] = kernels::rotary_table(positions.contiguous(), frequencies_, x.dtype());
  return x + flatten(stack({sin, cos}, -1), -2, -1);  // (..., T, d / 2, 2) → (..., T, d)
}

LearnedPositions::LearnedPositions(std::int64_t context, std::int64_t d_model, DType dtype,
                                   Generator& generator)
    : weight(randn({context, d_model}, dtype, generator), /*requires_grad=*/true) {}

Variable LearnedPositions::forward(const Variable& x, std::int64_t offset) const {
  check_rows("LearnedPositions", x, weight.size(1));
  const std::int64_t T = x.size(-2), context = weight.size(0);
  if (offset < 0 || offset > context - T) {
    const std::string end = offset > context ? std::string() : " to " + std::to_string(offset + T);
    fail("LearnedPositions", "positions ", offset, end, " of x ", x.shape(), " exceed the context of ",
         context);
  }
  return x + weight.slice(0, offset, offset + T);
}

Variable LearnedPositions::forward(const Variable& x, const Tensor& positions) const {
  check_rows("LearnedPositions", x, weight.size(1));
  check_positions("LearnedPositions", x, positions);
  return x + embedding(positions, weight);
}

}  // namespace xgrad::nn
