#pragma once

// How a reduction walks memory. Whatever dims it runs over, the inner loop sees equally spaced rows of
// contiguous elements. Either each row becomes one number, or the rows become one row. Rows with holes are
// first copied, block by block.

#include <algorithm>
#include <array>
#include <memory>

#include <xgrad/core/kernels/dim_set.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

/// A loop over `size` elements, with its steps in x and in the result y. y_step is 0 in a reduced dim.
struct Loop {
  std::int64_t size, x_step, y_step;
};

/// Nested loops, the outermost first.
class Loops {
 public:
  /// Adds an innermost loop. Merges it with the loop around it if together they are evenly spaced.
  void push(const Loop& loop);
  /// Removes and returns the innermost loop, or a loop of one element if there is none.
  Loop pop();
  bool empty() const { return depth_ == 0; }
  const Loop& innermost() const { return loops_[depth_ - 1]; }
  std::int64_t count() const;
  struct Offsets {
    std::int64_t x = 0, y = 0;
  };
  Offsets at(std::int64_t i) const;  ///< the offsets of iteration i

 private:
  std::array<Loop, Shape::max_dims> loops_;  // the first depth_ of them
  std::size_t depth_ = 0;
};

/// The loops of one reduction and how the threads divide them. From the outside in: the kept dims, the
/// reduced dims, and a matrix of reduced `rows` by kept `columns`.
struct ReducePlan {
  /// x has elements and no repeats (see Distinct).
  ReducePlan(const Tensor& x, DimSet dims);

  Loops kept, reduced;
  /// Whether the rows' elements lie closer together in memory than the columns. They are next to each other
  /// unless x has holes.
  bool by_row = false;
  Loop rows{1, 0, 0}, columns{1, 0, 0};

  static constexpr std::int64_t most_columns = 512;  ///< of a block: their totals stay in the first cache
  std::int64_t length;                               ///< elements that become one
  std::int64_t width, blocks_per_row, blocks;        ///< columns of a block, and the numbers of blocks
  std::int64_t parts;  ///< into which the reduced elements of a block are cut, if the blocks are few but long
  std::int64_t grain;  ///< parts that are worth a thread

  /// The first reduced element of a part. Without a division in the usual case of one part.
  std::int64_t begin_of(std::int64_t part) const {
    return parts == 1 ? length * part : length * part / parts;
  }
  /// Offsets of a block's first element in x and y, and its number of columns.
  struct Block {
    std::int64_t x, y, columns;
  };
  Block block(std::int64_t i) const;

 private:
  bool make_simple(const Tensor& x, DimSet dims);
  void make_general(const Tensor& x, DimSet dims);
};

/// How elements become a total.
template <class T, class Total>
struct Accumulator {
  Total start;
  void (*add_row)(const T* x, std::int64_t n, Total* total);
  /// Adds rows of n elements, `step` apart, column by column.
  void (*add_rows)(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, Total* totals);
  void (*join)(Total& total, Total part);  ///< adds the total of another part
};

/// An Accumulator that joins elements one by one, for dtypes without row functions.
template <class T, class Total, void (*join)(Total&, Total)>
Accumulator<T, Total> one_by_one(Total start) {
  return {.start = start,
          .add_row =
              [](const T* x, std::int64_t n, Total* total) {
                Total all = *total;
                for (std::int64_t i = 0; i < n; ++i) join(all, static_cast<Total>(x[i]));
                *total = all;
              },
          .add_rows =
              [](const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, Total* totals) {
                for (std::int64_t i = 0; i < rows; ++i) {
                  for (std::int64_t j = 0; j < n; ++j) join(totals[j], static_cast<Total>(x[i * step + j]));
                }
              },
          .join = join};
}

/// Copies `rows` rows of `n` elements to a block without holes, as many rows at a time as it holds, and calls
/// `body(block, count)` for these rows.
template <class T, class Body>
void for_each_block(const T* first, std::int64_t rows, std::int64_t row_step, std::int64_t n,
                    std::int64_t step, const Body& body) {
  constexpr std::int64_t block_size = 4096;
  std::array<T, block_size> block;
  const std::int64_t most = block_size / n;
  for (std::int64_t i = 0; i < rows; i += most) {
    const std::int64_t count = std::min(most, rows - i);
    T* to = block.data();
    for (std::int64_t k = i; k < i + count; ++k) {
      for (std::int64_t j = 0; j < n; ++j) *to++ = first[k * row_step + j * step];
    }
    body(block.data(), count);
  }
}

/// Adds the reduced elements [begin, end) of n columns to their totals, one matrix of rows at a time.
template <class T, class Total>
void accumulate(const ReducePlan& plan, const Accumulator<T, Total>& accumulator, const T* first,
                std::int64_t n, std::int64_t begin, std::int64_t end, Total* totals) {
  std::fill_n(totals, n, accumulator.start);
  const std::int64_t row_step = plan.rows.x_step, column_step = plan.columns.x_step;
  while (begin < end) {
    const std::int64_t within = begin % plan.rows.size;
    const std::int64_t count = std::min(plan.rows.size - within, end - begin);
    const T* x = first + plan.reduced.at(begin / plan.rows.size).x + within * row_step;
    if (plan.by_row && row_step == 1) {
      for (std::int64_t j = 0; j < n; ++j) accumulator.add_row(x + j * column_step, count, totals + j);
    } else if (plan.by_row) {
      for (std::int64_t j = 0; j < n; ++j) {
        for_each_block(x + j * column_step, count, row_step, 1, 1,
                       [&](const T* block, std::int64_t m) { accumulator.add_row(block, m, totals + j); });
      }
    } else if (column_step == 1) {
      accumulator.add_rows(x, count, row_step, n, totals);
    } else {
      for_each_block(x, count, row_step, n, column_step,
                     [&](const T* block, std::int64_t m) { accumulator.add_rows(block, m, n, n, totals); });
    }
    begin += count;
  }
}

/// Runs a reduction: y = finish(total) for each element of y. The parts of a block are joined in order,
/// whatever the number of threads.
template <class T, class Total, class Finish>
void reduce_into(const Tensor& x, DimSet dims, const Tensor& y, const Accumulator<T, Total>& accumulator,
                 const Finish& finish) {
  using Y = std::decay_t<decltype(finish(accumulator.start))>;
  if (x.numel() == 0) return fill(y, finish(accumulator.start));
  const ReducePlan plan(x, dims);
  const std::int64_t parts = plan.parts;
  const T* from = raw<T>(x);
  Y* to = raw<Y>(y);
  const auto write = [&](const ReducePlan::Block& block, const Total* totals) {
    Y* out = to + block.y;
    for (std::int64_t j = 0; j < block.columns; ++j) out[j * plan.columns.y_step] = finish(totals[j]);
  };
  std::unique_ptr<Total[]> partial;
  const auto totals_of = [&](std::int64_t part) { return partial.get() + part * plan.width; };
  if (parts > 1) {
    // Not make_unique, which would set all of it to 0.
    partial.reset(new Total[static_cast<std::size_t>(plan.blocks * parts * plan.width)]);
  }
  parallel_for(plan.blocks * parts, plan.grain, [&](std::int64_t begin, std::int64_t end) {
    alignas(64) std::array<Total, ReducePlan::most_columns> totals;  // no register spans two cache lines
    for (std::int64_t i = begin; i < end; ++i) {
      const ReducePlan::Block block = plan.block(i / parts);
      const std::int64_t part = i % parts;
      Total* const sums = parts > 1 ? totals_of(i) : totals.data();
      accumulate(plan, accumulator, from + block.x, block.columns, plan.begin_of(part),
                 plan.begin_of(part + 1), sums);
      if (parts == 1) write(block, sums);
    }
  });
  if (parts == 1) return;
  for (std::int64_t i = 0; i < plan.blocks; ++i) {
    const ReducePlan::Block block = plan.block(i);
    Total* const sums = totals_of(i * parts);
    for (std::int64_t part = 1; part < parts; ++part) {
      const Total* others = totals_of(i * parts + part);
      for (std::int64_t j = 0; j < block.columns; ++j) accumulator.join(sums[j], others[j]);
    }
    write(block, sums);
  }
}

}  // namespace xgrad::kernels
