#include <xgrad/core/rows/transpose.hpp>

#include <xgrad/core/rows/shuffle.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
void transpose_element_wise(const T* from, std::int64_t from_row, T* to, std::int64_t to_row,
                            std::int64_t rows, std::int64_t columns) {
  for (std::int64_t j = 0; j < columns; ++j) {
    for (std::int64_t i = 0; i < rows; ++i) to[j * to_row + i] = from[i * from_row + j];
  }
}

// Square tiles, a cache line wide: each line of both sides is used whole while it is in the cache. The cache
// holds only few rows that are a power of two apart, so larger tiles would lose lines half used.
template <class T>
void transpose_tiles(const T* from, std::int64_t from_row, T* to, std::int64_t to_row, std::int64_t rows,
                     std::int64_t columns) {
  constexpr std::int64_t tile = 64 / sizeof(T);
  constexpr std::int64_t height = width<T> < tile ? width<T> : tile;
  for (std::int64_t i = 0; i < rows; i += tile) {
    for (std::int64_t j = 0; j < columns; j += tile) {
      const std::int64_t tile_rows = rows - i < tile ? rows - i : tile;
      const std::int64_t tile_columns = columns - j < tile ? columns - j : tile;
      const T* x = from + i * from_row + j;
      T* y = to + j * to_row + i;
      std::int64_t whole_rows = 0, whole_columns = 0;
      if constexpr (height >= 4) {
        whole_rows = tile_rows / height * height;
        whole_columns = tile_columns / 4 * 4;
        for (std::int64_t q = 0; q < whole_columns; q += 4) {
          for (std::int64_t p = 0; p < whole_rows; p += height)
            transpose_four_columns<T, height>(x + p * from_row + q, from_row, y + q * to_row + p, to_row);
        }
      }
      // the remaining columns to the right, and rows below
      transpose_element_wise(x + whole_columns, from_row, y + whole_columns * to_row, to_row, whole_rows,
                             tile_columns - whole_columns);
      transpose_element_wise(x + whole_rows * from_row, from_row, y + whole_rows, to_row,
                             tile_rows - whole_rows, tile_columns);
    }
  }
}

template <class T>
constexpr TransposeRows<T> make_table() {
  return {.transpose = transpose_tiles<T>};
}

}  // namespace

XGRAD_ROWS(TransposeRows, make_table)

}  // namespace xgrad::kernels
