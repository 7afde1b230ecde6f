#pragma once

#include <cstdint>

namespace xgrad::kernels {

/// The mask of rows of scores: `added` to them, or `kept`, which says which of them count. At most one is not
/// null.
template <class T>
struct MaskRows {
  const T* added = nullptr;
  const bool* kept = nullptr;
  std::int64_t step = 0;  ///< from one row to the next; 0 if one row serves all
};

}  // namespace xgrad::kernels
