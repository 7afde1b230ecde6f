#include <xgrad/core/kernels/select.hpp>

#include <type_traits>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

// c ? a : b by the bits: it vectorises, and has no branch that a random mask would mispredict.
template <class T>
T choose(bool c, T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint8_t>>;
  const auto mask = static_cast<Bits>(Bits{0} - Bits{c});
  return bit_cast<T>(static_cast<Bits>((bit_cast<Bits>(a) & mask) | (bit_cast<Bits>(b) & ~mask)));
}

// y = c ? a : b along a row.
template <class T>
void select_row(const bool* c, std::int64_t c_step, const T* a, std::int64_t a_step, const T* b,
                std::int64_t b_step, T* y, std::int64_t n) {
  if (c_step == 1 && a_step == 1 && b_step == 1) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = choose(c[i], a[i], b[i]);
  } else if (c_step == 1 && a_step == 0 && b_step == 1) {  // masked_fill
    const T value = *a;
    for (std::int64_t i = 0; i < n; ++i) y[i] = choose(c[i], value, b[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) y[i] = choose(c[i * c_step], a[i * a_step], b[i * b_step]);
  }
}

// y has the broadcast shape and the promoted dtype.
void select_into(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& y) {
  const Tensor c = condition.expand(y.shape());
  const Tensor left = a.to(y.dtype()).expand(y.shape()), right = b.to(y.dtype()).expand(y.shape());
  dispatch(y.dtype(), [&]<class T>() {
    const bool* from_c = raw<bool>(c);
    const T *from_a = raw<T>(left), *from_b = raw<T>(right);
    T* to = raw<T>(y);
    Walk<4>(y.shape(), {c.strides(), left.strides(), right.strides(), y.strides()})
        .for_each_row([&](const auto& at, const auto& step, std::int64_t n) {
          select_row(from_c + at[0], step[0], from_a + at[1], step[1], from_b + at[2], step[2], to + at[3],
                     n);
        });
  });
}

void check_condition(std::string_view op, const Tensor& condition) {
  if (condition.dtype() != boolean) {
    fail(op, "the condition must be boolean, not ", condition.dtype(), "; compare first, as in ne(x, 0)");
  }
}

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check_condition("where", condition);
  const DType dtype = promote("where", a.dtype(), b.dtype());
  const Shape shape =
      broadcast_shapes("where", broadcast_shapes("where", a.shape(), b.shape()), condition.shape());
  const Tensor y = empty(shape, dtype);
  select_into(condition, a, b, y);
  return y;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  check_condition("masked_fill", mask);
  if (!is_broadcastable_to(mask.shape(), x.shape())) {
    fail("masked_fill", "the mask does not broadcast to x: ", mask.shape(), " to ", x.shape());
  }
  const Tensor y = empty(x.shape(), x.dtype());
  select_into(mask, full({}, value, x.dtype()), x, y);
  return y;
}

Tensor masked_scale(const Tensor& input, const Tensor& mask, double factor) {
  const Tensor x = input.contiguous(), y = empty(x.shape(), x.dtype());
  dispatch_floating("masked_scale", x, [&]<class T>() {
    const T* from = raw<T>(x);
    const bool* keep = raw<bool>(mask);
    T* to = raw<T>(y);
    parallel_for(x.numel(), parallel_grain, [&](std::int64_t begin, std::int64_t end) {
      const T factors[] = {T(0), static_cast<T>(factor)};
      for (std::int64_t i = begin; i < end; ++i) to[i] = from[i] * factors[keep[i]];
    });
  });
  return y;
}

}  // namespace xgrad::kernels
