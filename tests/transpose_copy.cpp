// Copies of transposed matrices of every size around the tiles. Each element is the number of its place,
// which the test computes again.
#include "support.hpp"

#include <cstddef>
#include <span>

#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr std::int64_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 31, 32, 33, 50};
constexpr std::int64_t batch = 2, margin = 3;

// A matrix in the middle of a larger one, whose other elements must not change.
Tensor inner(const Tensor& outer) {
  return outer.slice(-2, margin, outer.size(-2) - margin).slice(-1, margin, outer.size(-1) - margin);
}

template <class To>
void check_copies(DType from, DType to) {
  CAPTURE(from);
  CAPTURE(to);
  for (const std::int64_t rows : sizes) {
    for (const std::int64_t columns : sizes) {
      CAPTURE(rows);
      CAPTURE(columns);
      const std::int64_t stored_columns = columns + 2 * margin, stored_rows = rows + 2 * margin;
      const Tensor stored =
          arange(batch * stored_rows * stored_columns, from).reshape({batch, stored_rows, stored_columns});
      const Tensor target = full({batch, columns + 2 * margin, rows + 2 * margin}, -1, to);
      inner(target).copy_(inner(stored).mT());
      const std::span copied(target.data<To>(), static_cast<std::size_t>(target.numel()));
      bool all_right = true;
      for (std::int64_t at = 0; const To& value : copied) {
        const std::int64_t b = at / (stored_columns * stored_rows);
        const std::int64_t j = at / stored_rows % stored_columns, i = at % stored_rows;
        const bool is_inside = j >= margin && j < margin + columns && i >= margin && i < margin + rows;
        const std::int64_t expected = is_inside ? (b * stored_rows + i) * stored_columns + j : -1;
        all_right = all_right && value == static_cast<To>(expected);
        ++at;
      }
      CHECK(all_right);
    }
  }
}

}  // namespace

TEST_CASE("a transposed copy moves each element to its place and touches no other") {
  check_copies<float>(float32, float32);
  check_copies<double>(float64, float64);
  check_copies<std::int64_t>(int64, int64);
  check_copies<double>(float32, float64);
  check_copies<float>(int64, float32);
}

TEST_CASE("a large transposed copy, shared among threads") {
  const std::int64_t rows = 1030, columns = 517;
  const Tensor stored = arange(rows * columns, float32).reshape({rows, columns});
  const Tensor turned = stored.mT().contiguous();
  const float* copied = turned.data<float>();
  std::int64_t wrong = 0;
  for (std::int64_t j = 0; j < columns; ++j) {
    for (std::int64_t i = 0; i < rows; ++i) {
      if (copied[j * rows + i] != static_cast<float>(i * columns + j)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}
