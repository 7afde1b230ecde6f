#include <xgrad/nn/rope.hpp>

#include <cmath>
#include <sstream>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/rotary.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

RoPEOptions checked(RoPEOptions options, std::int64_t d) {
  if (d < 0) fail("RoPE", "the size of a head must not be negative, got ", d);
  if (options.dims == 0) options.dims = d;
  if (options.dims < 0 || options.dims > d || options.dims % 2 != 0) {
    fail("RoPE", "dims must be even and between 0 and the size of a head, ", d, ", but is ", options.dims);
  }
  if (!(options.base > 0 && std::isfinite(options.base))) {
    fail("RoPE", "base must be positive and finite, got ", options.base);
  }
  return options;
}

}  // namespace

RoPE::RoPE(std::int64_t d, const RoPEOptions& o)
    : options(checked(o, d)),
      d_(d),
      frequencies_(kernels::rotary_frequencies(options.dims / 2, options.base)) {}

Variable RoPE::forward(const Variable& x, std::int64_t offset) const {
  check_defined("RoPE", {x});
  if (x.dim() < 2) fail("RoPE", "x must be (..., T, ", d_, "), not ", x.shape());
  return forward(x, arange(offset, offset + x.size(-2)));
}

Variable RoPE::forward(const Variable& x, const Tensor& positions) const {
  check_defined("RoPE", {x});
  check_defined("RoPE", positions);
  check_defined("RoPE", frequencies_);  // of a RoPE that was moved from
  check_floating("RoPE", x.value());
  const bool fits = x.dim() >= 2 && x.size(-1) == d_ && positions.dim() >= 1 && positions.dim() <= 2 &&
                    positions.size(-1) == x.size(-2) &&
                    (positions.dim() == 1 || (x.dim() == 4 && positions.size(0) == x.size(0)));
  if (!fits) {
    fail("RoPE", "x must be (..., T, ", d_, ") and positions (T), or x (B, H, T, ", d_,
         ") and positions (B, T): got x ", x.shape(), ", positions ", positions.shape());
  }
  if (positions.dtype() != int64) {
    fail("RoPE", "positions are int64, not ", positions.dtype(), "; convert with to(int64)");
  }
  // (T) → (T, n), or (B, T) → (B, 1, T) → (B, 1, T, n)
  const Tensor places = (positions.dim() == 1 ? positions : positions.unsqueeze(1)).contiguous();
  const auto [cos, sin] = kernels::rotary_table(places, frequencies_, x.dtype());
  return rotary(x, cos, sin, options.pairs);
}

std::string RoPE::extra_repr() const {
  std::ostringstream text;
  text << "dims=" << options.dims << ", base=" << options.base
       << (options.pairs == RotaryPairs::halves ? ", halves" : ", interleaved");
  return std::move(text).str();
}

}  // namespace xgrad::nn
