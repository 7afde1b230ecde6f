#pragma once

#include <xgrad/core/ops/rotary.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

struct RoPEOptions {
  double base = 10000;
  std::int64_t dims = 0;  ///< only the first `dims` elements of a head are rotated; 0 means all
  RotaryPairs pairs = RotaryPairs::interleaved;
};

/// Rotary position embedding (Su et al. 2021, "RoFormer", section 3.4.2): at position m, pair i of the n =
/// dims / 2 pairs in a head is rotated by the angle m · base^(−i / n). The product of a query and a key then
/// depends on the distance of their positions, and on no position itself. Has no parameters.
class RoPE : public Callable<RoPE> {
 public:
  /// For heads of size d. Throws unless dims is even and at most d.
  explicit RoPE(std::int64_t d, const RoPEOptions& options = {});

  /// x (..., T, d), whose first row is at position `offset`; the shape stays.
  Variable forward(const Variable& x, std::int64_t offset = 0) const;
  /// positions int64: (T), or (B, T) for x (B, H, T, d).
  Variable forward(const Variable& x, const Tensor& positions) const;
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  RoPEOptions options;

 private:
  std::int64_t d_;
  Tensor frequencies_;  // (n) float64
};

}  // namespace xgrad::nn
