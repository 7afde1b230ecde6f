#pragma once

// How a reduction walks memory. Whatever dims it runs over, its inner loop sees a few equally spaced rows of
// contiguous elements: either each row becomes one number, or the rows become one row. A row with holes is
// brought together block by block.

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/raw.hpp>

namespace xgrad::kernels {

/// Dims with the step of each in memory, the widest first; neighbours are merged where they are one
/// stretch. `out` is the step in the result, 0 for dims that are reduced.
struct Loops {
  Shape size, step, out;

  void add(std::int64_t n, std::int64_t x_step, std::int64_t y_step);
  void merge();
  std::int64_t count() const { return size.numel(); }
  /// Where element `i` of the loop nest lies in the input and in the result.
  std::pair<std::int64_t, std::int64_t> at(std::int64_t i) const {
    std::int64_t x = 0, y = 0;
    for (int k = size.dim() - 1; k >= 0; --k) {
      x += i % size[k] * step[k];
      y += i % size[k] * out[k];
      i /= size[k];
    }
    return {x, y};
  }
};

/// The loops of one reduction, from the outside in: kept dims, reduced dims, then a matrix of `rows` reduced
/// by `columns` kept elements. In `by_row` the reduced ones lie closer together in memory: next to each
/// other, unless x has holes.
struct Plan {
  Loops kept, reduced;
  bool by_row = false;
  std::int64_t rows = 1, row_step = 0;
  std::int64_t columns = 1, column_step = 1, column_out = 0;

  /// x must have elements, each of them once (Distinct).
  static Plan make(const Tensor& x, DimSet dims);
};

/// How many columns `reduce_into` hands to `some_rows` at a time, at most: their totals stay in the first
/// cache.
inline constexpr std::int64_t most_columns = 512;

/// Runs a reduction: y[...] = finish(total). `row(x, n, total)` and `some_rows(x, rows, step, n, totals)` add
/// a row, or rows column by column, to totals that began at `start`. Large outputs are shared among the
/// threads; the parts of few but long ones are too, and added up in order, however many threads there are.
template <class T, class Total, class Y, class Row, class SomeRows, class Finish>
void reduce_into(const Tensor& x, DimSet dims, const Tensor& y, Total start, const Row& row,
                 const SomeRows& some_rows, const Finish& finish, void (*join)(Total& total, Total part)) {
  constexpr std::int64_t most_parts = 16;
  constexpr std::int64_t most_in_block = 4096;
  const Plan plan = Plan::make(x, dims);
  const T* from = raw<T>(x);
  Y* to = raw<Y>(y);
  const std::int64_t length = plan.reduced.count() * plan.rows;  // elements that become one
  const std::int64_t width =
      plan.by_row ? std::clamp<std::int64_t>(parallel_grain / 4 / length, 1, most_columns) : most_columns;
  const std::int64_t blocks = (plan.columns + width - 1) / width;
  const std::int64_t tasks = plan.kept.count() * blocks;
  const std::int64_t work = length * std::min(plan.columns, width);
  const std::int64_t parts =
      tasks >= most_parts ? 1 : std::clamp<std::int64_t>(work / parallel_grain, 1, most_parts);

  // Copies `rows` rows of `n` elements, `step` apart, to a block without holes, as many rows at a time as it
  // holds, and calls `body(block, count)` for these.
  const auto in_blocks = [](const T* first, std::int64_t rows, std::int64_t row_step, std::int64_t n,
                            std::int64_t step, const auto& body) {
    std::array<T, most_in_block> block;
    const std::int64_t most = most_in_block / n;
    for (std::int64_t i = 0; i < rows; i += most) {
      const std::int64_t count = std::min(most, rows - i);
      T* to = block.data();
      for (std::int64_t k = i; k < i + count; ++k) {
        for (std::int64_t j = 0; j < n; ++j) *to++ = first[k * row_step + j * step];
      }
      body(block.data(), count);
    }
  };
  // Reduced elements [begin, end) of `n` columns from `first` on, in pieces that lie within one run of rows.
  const auto run = [&](const T* first, std::int64_t n, std::int64_t begin, std::int64_t end, Total* totals) {
    std::fill_n(totals, n, start);
    while (begin < end) {
      const std::int64_t within = begin % plan.rows;
      const std::int64_t count = std::min(plan.rows - within, end - begin);
      const T* piece = first + plan.reduced.at(begin / plan.rows).first + within * plan.row_step;
      if (plan.by_row && plan.row_step == 1) {
        for (std::int64_t j = 0; j < n; ++j) row(piece + j * plan.column_step, count, totals + j);
      } else if (plan.by_row) {
        for (std::int64_t j = 0; j < n; ++j) {
          in_blocks(piece + j * plan.column_step, count, plan.row_step, 1, 1,
                    [&](const T* some, std::int64_t m) { row(some, m, totals + j); });
        }
      } else if (plan.column_step == 1) {
        some_rows(piece, count, plan.row_step, n, totals);
      } else {
        in_blocks(piece, count, plan.row_step, n, plan.column_step,
                  [&](const T* some, std::int64_t m) { some_rows(some, m, n, n, totals); });
      }
      begin += count;
    }
  };
  std::unique_ptr<Total[]> partial;
  if (parts > 1) {
    partial = std::make_unique_for_overwrite<Total[]>(static_cast<std::size_t>(parts * tasks * width));
  }
  parallel_for(
      tasks * parts, parallel_grain / (work / parts + 1) + 1, [&](std::int64_t begin, std::int64_t end) {
        alignas(64) std::array<Total, most_columns> totals;  // a register never spans two cache lines
        for (std::int64_t t = begin; t < end; ++t) {
          const std::int64_t task = t / parts, part = t % parts;
          const auto [x_at, y_at] = plan.kept.at(task / blocks);
          const std::int64_t column = task % blocks * width, n = std::min(width, plan.columns - column);
          if (parts > 1) {
            run(from + x_at + column * plan.column_step, n, length * part / parts,
                length * (part + 1) / parts, partial.get() + t * width);
            continue;
          }
          run(from + x_at + column * plan.column_step, n, 0, length, totals.data());
          Y* out = to + y_at + column * plan.column_out;
          for (std::int64_t j = 0; j < n; ++j) {
            out[j * plan.column_out] = finish(totals[static_cast<std::size_t>(j)]);
          }
        }
      });
  if (parts == 1) return;
  for (std::int64_t task = 0; task < tasks; ++task) {
    const auto [x_at, y_at] = plan.kept.at(task / blocks);
    const std::int64_t column = task % blocks * width, n = std::min(width, plan.columns - column);
    for (std::int64_t j = 0; j < n; ++j) {
      Total total = start;
      for (std::int64_t part = 0; part < parts; ++part) {
        join(total, partial[static_cast<std::size_t>((task * parts + part) * width + j)]);
      }
      to[y_at + (column + j) * plan.column_out] = finish(total);
    }
  }
}

}  // namespace xgrad::kernels
