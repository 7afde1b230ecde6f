#include <xgrad/core/kernels/reduce_loops.hpp>

namespace xgrad::kernels {

void Loops::push(const Loop& loop) {
  if (!empty()) {
    Loop& outer = loops_[depth_ - 1];
    if (outer.x_step == loop.x_step * loop.size && outer.y_step == loop.y_step * loop.size) {
      outer = {.size = outer.size * loop.size, .x_step = loop.x_step, .y_step = loop.y_step};
      return;
    }
  }
  loops_[depth_++] = loop;
}

Loop Loops::pop() { return empty() ? Loop{1, 0, 0} : loops_[--depth_]; }

std::int64_t Loops::count() const {
  std::int64_t count = 1;
  for (std::size_t k = 0; k < depth_; ++k) count *= loops_[k].size;
  return count;
}

Loops::Offsets Loops::at(std::int64_t i) const {
  Offsets offsets;
  for (std::size_t k = depth_; k-- > 0;) {
    const Loop& loop = loops_[k];
    offsets.x += i % loop.size * loop.x_step;
    offsets.y += i % loop.size * loop.y_step;
    i /= loop.size;
  }
  return offsets;
}

ReducePlan::ReducePlan(const Tensor& x, DimSet dims) {
  constexpr std::int64_t most_parts = 16;
  if (!make_simple(x, dims)) make_general(x, dims);
  length = reduced.count() * rows.size;
  width = by_row ? std::clamp<std::int64_t>(parallel_grain / 4 / length, 1, most_columns) : most_columns;
  blocks_per_row = (columns.size + width - 1) / width;
  blocks = kept.count() * blocks_per_row;
  const std::int64_t work = length * std::min(columns.size, width);
  parts = blocks >= most_parts ? 1 : std::clamp<std::int64_t>(work / parallel_grain, 1, most_parts);
  grain = parallel_grain / (work / parts + 1) + 1;
}

// Most reductions run over the first or the last dims of a contiguous x, and need no Loops. Returns false for
// any other.
bool ReducePlan::make_simple(const Tensor& x, DimSet dims) {
  if (!x.is_contiguous()) return false;
  int i = x.dim() - 1;
  const bool reduces_last = i < 0 || contains(dims, i);
  std::int64_t outer = 1, inner = 1;
  for (; i >= 0 && contains(dims, i) == reduces_last; --i) inner *= x.shape()[i];
  for (; i >= 0 && contains(dims, i) != reduces_last; --i) outer *= x.shape()[i];
  if (i >= 0) return false;
  by_row = reduces_last;
  const Loop outer_loop{.size = outer, .x_step = inner, .y_step = by_row ? 1 : 0};
  const Loop inner_loop{.size = inner, .x_step = 1, .y_step = by_row ? 0 : 1};
  rows = by_row ? inner_loop : outer_loop;
  columns = by_row ? outer_loop : inner_loop;
  return true;
}

void ReducePlan::make_general(const Tensor& x, DimSet dims) {
  const Strides y_strides = contiguous_strides(reduced_shape(x.shape(), dims, /*keepdim=*/true));
  for (const std::int64_t each : widest_first(x.strides())) {
    const int i = static_cast<int>(each);
    if (x.shape()[i] == 1) continue;
    const bool is_reduced = contains(dims, i);
    (is_reduced ? reduced : kept)
        .push({.size = x.shape()[i], .x_step = x.strides()[i], .y_step = is_reduced ? 0 : y_strides[i]});
  }
  by_row = kept.empty() || (!reduced.empty() && reduced.innermost().x_step <= kept.innermost().x_step);
  columns = kept.pop();
  rows = reduced.pop();
}

ReducePlan::Block ReducePlan::block(std::int64_t i) const {
  const Loops::Offsets offsets = kept.at(i / blocks_per_row);
  const std::int64_t column = i % blocks_per_row * width;
  return {.x = offsets.x + column * columns.x_step,
          .y = offsets.y + column * columns.y_step,
          .columns = std::min(width, columns.size - column)};
}

}  // namespace xgrad::kernels
