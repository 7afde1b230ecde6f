#include <xgrad/core/base/shape.hpp>

#include <algorithm>
#include <ostream>
#include <sstream>

#include <xgrad/core/base/error.hpp>

namespace xgrad {

Shape::Shape(const std::int64_t* sizes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) push_back(sizes[i]);
}

std::int64_t Shape::numel() const {
  std::int64_t count = 1;
  for (const std::int64_t size : *this) {
    if (__builtin_mul_overflow(count, size, &count))
      fail("shape", "more elements than can be counted: ", *this);
  }
  return count;
}

void Shape::fail_empty() { fail_range("shape", "() has no last size"); }

void Shape::fail_full(std::int64_t size) const {
  fail("shape", "more than ", max_dims, " dims: ", *this, " and one more of size ", size);
}

void Shape::fail_sizes(std::size_t wanted) const {
  fail("sizes", "shape ", *this, " has ", dim_, dim_ == 1 ? " dim" : " dims", ", not ", wanted);
}

void Shape::insert(int at, std::int64_t size) {
  if (at < 0 || at > dim_) fail_range("shape", "cannot insert at dim ", at, " of ", *this);
  if (dim_ == max_dims) fail_full(size);
  std::copy_backward(sizes_.begin() + at, sizes_.begin() + dim_, sizes_.begin() + dim_ + 1);
  ++dim_;
  (*this)[at] = size;
}

void Shape::erase(int at) {
  if (at < 0 || at >= dim_) fail_range("shape", "dim ", at, " is out of range for shape ", *this);
  std::copy(sizes_.begin() + at + 1, sizes_.begin() + dim_, sizes_.begin() + at);
  --dim_;
}

std::string Shape::str() const {
  std::ostringstream text;
  text << *this;
  return std::move(text).str();
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '(';
  for (int i = 0; i < shape.dim(); ++i) out << (i ? ", " : "") << shape[i];
  return out << (shape.dim() == 1 ? ",)" : ")");
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = shape;
  std::int64_t step = 1;
  for (int i = shape.dim() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

Shape widest_first(const Strides& strides) {
  Shape order;
  for (int i = 0; i < strides.dim(); ++i) {
    int at = i;
    while (at > 0 && strides[static_cast<int>(order[at - 1])] < strides[i]) --at;
    order.insert(at, i);
  }
  return order;
}

AroundDim around_dim(const Shape& shape, int dim) {
  AroundDim around{.size = shape[dim]};
  for (int i = 0; i < dim; ++i) around.outer *= shape[i];
  for (int i = dim + 1; i < shape.dim(); ++i) around.inner *= shape[i];
  return around;
}

void check_sizes(std::string_view op, const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0) fail(op, "sizes must not be negative: ", shape);
    if (__builtin_mul_overflow(count, std::max<std::int64_t>(size, 1), &count) ||
        count > (std::int64_t{1} << 59))
      fail(op, "more elements than can be counted: ", shape);
  }
}

void fail_dim(std::string_view op, std::int64_t dim, int dims) {
  fail_range(op, "dim ", dim, " is out of range for a tensor of ", dims, " dims");
}

Shape broadcast_shapes(std::string_view op, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const Shape& longer = a.dim() >= b.dim() ? a : b;
  const Shape& shorter = a.dim() >= b.dim() ? b : a;
  Shape out = longer;
  const int lead = longer.dim() - shorter.dim();
  for (int i = 0; i < shorter.dim(); ++i) {
    const std::int64_t size = shorter[i];
    if (out[lead + i] == 1) {
      out[lead + i] = size;
    } else if (size != 1 && size != out[lead + i]) {
      fail(op, "shapes do not broadcast: ", a, " and ", b,
           " (sizes must be equal or 1, aligned at the last dim)");
    }
  }
  return out;
}

bool is_broadcastable_to(const Shape& from, const Shape& to) {
  const int lead = to.dim() - from.dim();
  if (lead < 0) return false;
  for (int i = 0; i < from.dim(); ++i) {
    if (from[i] != 1 && from[i] != to[lead + i]) return false;
  }
  return true;
}

}  // namespace xgrad
