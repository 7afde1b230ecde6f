#pragma once

// A sample at scales whose squares or powers leave the range of its dtype.

#include "support.hpp"

#include <vector>

#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

inline const std::vector<double> sample = {-1.5, 0.25, 2, 0.5};
inline const std::vector<double> direction = {1, -2, 0.5, 3};

struct Scale {
  DType dtype;
  double scale, epsilon;
};
inline const std::vector<Scale> scales = {
    {float64, 1, 1e-13},      {float64, 1e200, 1e-13}, {float64, 1e300, 1e-13}, {float64, 1e-200, 1e-13},
    {float64, 1e-300, 1e-13}, {float32, 1, 3e-6},      {float32, 1e30, 3e-6},   {float32, 1e-30, 3e-6}};

inline Tensor scaled_sample(const Scale& at) { return tensor(sample).mul_(at.scale).to(at.dtype); }

/// Checks x = scale · y, within epsilon of each.
inline void check_scaled(const Tensor& x, const std::vector<double>& y, double scale, double epsilon) {
  const std::vector<double> values = x.to_vector<double>();
  REQUIRE(values.size() == y.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK(values[i] / scale == doctest::Approx(y[i]).epsilon(epsilon));
}

}  // namespace xgrad
