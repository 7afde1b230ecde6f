#pragma once

#include <xgrad/xgrad.hpp>

/// Token sequences and, for each position, the token to be predicted there.
struct Batch {
  xgrad::Tensor tokens;   ///< (B, T) int64
  xgrad::Tensor targets;  ///< (B, T) int64; −100 where nothing is to be predicted
};
