#pragma once

#include <xgrad/xgrad.hpp>

/// Token sequences and, for each position, the token to predict.
struct Batch {
  xgrad::Tensor tokens;   ///< (B, T) int64
  xgrad::Tensor targets;  ///< (B, T) int64; −100: nothing to predict
};
