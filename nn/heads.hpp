#pragma once

#include <xgrad/core/ops/views.hpp>

namespace xgrad::nn {

/// (B, T, H d) → (B, H, T, d): head h is columns h·d to (h+1)·d. The result is a view.
inline Variable split_heads(const Variable& x, std::int64_t num_heads) {
  const std::int64_t B = x.size(0), T = x.size(1), d = x.size(2) / num_heads;
  return x
      .reshape({B, T, num_heads, d})  // (B, T, H, d)
      .transpose(1, 2);               // (B, H, T, d)
}

/// (B, H, T, d) → (B, T, H d): the heads side by side.
inline Variable join_heads(const Variable& x) {
  const std::int64_t B = x.size(0), H = x.size(1), T = x.size(2), d = x.size(3);
  return x
      .transpose(1, 2)          // (B, T, H, d)
      .reshape({B, T, H * d});  // (B, T, H d)
}

}  // namespace xgrad::nn
