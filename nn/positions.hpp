#pragma once

#include <xgrad/nn/embedding.hpp>

// Vectors that tell a model where a token stands, added to x (..., T, d_model). The first token is at
// position `offset`; or positions are int64, (T), or (B, T) for x (B, T, d_model).

namespace xgrad::nn {

/// Sines and cosines of wavelengths from 2π to 10000 · 2π (Vaswani et al. 2017, section 3.5):
/// PE(p, 2i) = sin(p / 10000^(2i / d_model)), PE(p, 2i + 1) = cos(p / 10000^(2i / d_model)). Has no
/// parameters.
class SinusoidalPositions : public Callable<SinusoidalPositions> {
 public:
  /// Throws unless d_model is even.
  explicit SinusoidalPositions(std::int64_t d_model);

  Variable forward(const Variable& x, std::int64_t offset = 0) const;
  Variable forward(const Variable& x, const Tensor& positions) const;
  void visit(Visitor&) const override {}

 private:
  Tensor frequencies_;  // (d_model / 2) float64
};

/// A learned vector for each of `context` positions. The weight (context, d_model) is drawn from N(0, 1).
class LearnedPositions : public Callable<LearnedPositions> {
 public:
  LearnedPositions(std::int64_t context, std::int64_t d_model, DType dtype = get_default_dtype(),
                   Generator& generator = default_generator());

  Variable forward(const Variable& x, std::int64_t offset = 0) const;
  Variable forward(const Variable& x, const Tensor& positions) const;
  void visit(Visitor& visitor) const override { visitor("weight", weight); }

  Variable weight;
};

}  // namespace xgrad::nn
