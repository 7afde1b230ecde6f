#include <xgrad/core/kernels/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#include <xgrad/core/kernels/integers.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

// Row functions see contiguous memory. Rows with other steps pass through buffers, one block after the other.
constexpr std::int64_t block = 256;
template <class T>
using Buffer = std::array<T, block>;

// An operand's row in contiguous blocks. A block is the row's own memory if its step is 1, else a copy.
template <class T>
class RowReader {
 public:
  RowReader(const T* row, std::int64_t step, std::int64_t n) : row_(row), step_(step) {
    if (step_ == 0) std::fill_n(buffer_.begin(), std::min(n, block), *row_);  // once for all blocks
  }
  const T* operator()(std::int64_t begin, std::int64_t count) {
    if (step_ == 1) return row_ + begin;
    if (step_ != 0) {
      for (std::int64_t i = 0; i < count; ++i)
        buffer_[static_cast<std::size_t>(i)] = row_[(begin + i) * step_];
    }
    return buffer_.data();
  }

 private:
  const T* row_;
  std::int64_t step_;
  alignas(64) Buffer<T> buffer_;
};

// Calls compute(block of y, begin, count) for each block of a row of y.
template <class T, class Compute>
void write_blocks(T* y, std::int64_t step, std::int64_t n, const Compute& compute) {
  alignas(64) Buffer<T> buffer;
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const std::int64_t count = std::min(block, n - begin);
    if (step == 1) {
      compute(y + begin, begin, count);
    } else {
      compute(buffer.data(), begin, count);
      for (std::int64_t i = 0; i < count; ++i) y[(begin + i) * step] = buffer[static_cast<std::size_t>(i)];
    }
  }
}

template <class F>
std::int64_t grain_of(F f) {
  return costs_exp(f) ? exp_grain : parallel_grain;
}

template <class T>
void map_rows(const Tensor& x, const Tensor& y, UnaryRow<T> row, std::int64_t grain, T p, T q) {
  const T* from = raw<T>(x);
  T* to = raw<T>(y);
  if (x.is_contiguous() && y.is_contiguous()) {
    return parallel_for(y.numel(), grain, [=](std::int64_t begin, std::int64_t end) {
      row(from + begin, to + begin, end - begin, p, q);
    });
  }
  Walk<2>(y.shape(), {x.strides(), y.strides()})
      .for_each_row(grain, [=](const auto& at, const auto& step, std::int64_t n) {
        if ((step[0] == 1 && step[1] == 1) || n == 1) return row(from + at[0], to + at[1], n, p, q);
        RowReader<T> read(from + at[0], step[0], n);
        write_blocks(to + at[1], step[1], n, [&](T* block_of_y, std::int64_t begin, std::int64_t count) {
          row(read(begin, count), block_of_y, count, p, q);
        });
      });
}

}  // namespace

template <class From, class To>
void zip_rows(const Tensor& a, const Tensor& b, const Tensor& y, BinaryRow<From, To> row, std::int64_t grain,
              bool takes_numbers, From p, From q) {
  const From *from_a = raw<From>(a), *from_b = raw<From>(b);
  To* to = raw<To>(y);
  const auto fits = [&](const Tensor& x) { return x.is_contiguous() && x.shape() == y.shape(); };
  if (fits(a) && fits(b) && y.is_contiguous()) {
    return parallel_for(y.numel(), grain, [=](std::int64_t begin, std::int64_t end) {
      row(from_a + begin, 1, from_b + begin, 1, to + begin, end - begin, p, q);
    });
  }
  Walk<3>(y.shape(), {a.expand(y.shape()).strides(), b.expand(y.shape()).strides(), y.strides()})
      .for_each_row(grain, [=](const auto& at, const auto& step, std::int64_t n) {
        const From *row_a = from_a + at[0], *row_b = from_b + at[1];
        To* row_y = to + at[2];
        const auto has = [&](std::int64_t a_step, std::int64_t b_step) {
          return step[0] == a_step && step[1] == b_step && step[2] == 1;
        };
        if (has(1, 1) || n == 1) return row(row_a, 1, row_b, 1, row_y, n, p, q);
        if (takes_numbers && (has(1, 0) || has(0, 1)))
          return row(row_a, step[0], row_b, step[1], row_y, n, p, q);
        RowReader<From> read_a(row_a, step[0], n), read_b(row_b, step[1], n);
        write_blocks(row_y, step[2], n, [&](To* block_of_y, std::int64_t begin, std::int64_t count) {
          row(read_a(begin, count), 1, read_b(begin, count), 1, block_of_y, count, p, q);
        });
      });
}

template void zip_rows(const Tensor&, const Tensor&, const Tensor&, BinaryRow<float, bool>, std::int64_t,
                       bool, float, float);
template void zip_rows(const Tensor&, const Tensor&, const Tensor&, BinaryRow<double, bool>, std::int64_t,
                       bool, double, double);
template void zip_rows(const Tensor&, const Tensor&, const Tensor&, BinaryRow<std::int64_t, bool>,
                       std::int64_t, bool, std::int64_t, std::int64_t);
template void zip_rows(const Tensor&, const Tensor&, const Tensor&, BinaryRow<std::int64_t>, std::int64_t,
                       bool, std::int64_t, std::int64_t);
template void zip_rows(const Tensor&, const Tensor&, const Tensor&, BinaryRow<bool, bool>, std::int64_t, bool,
                       bool, bool);

void unary_into(std::string_view op, Unary f, const Tensor& x, const Tensor& y, double p, double q) {
  dispatch_floating(op, x, [&]<class T>() {
    map_rows<T>(x, y, rows<UnaryRows<T>>().of[static_cast<int>(f)], grain_of(f), static_cast<T>(p),
                static_cast<T>(q));
  });
}

Tensor unary(std::string_view op, Unary f, const Tensor& x, double p, double q) {
  check_floating(op, x);
  const Tensor y = empty(x.shape(), x.dtype());
  unary_into(op, f, x, y, p, q);
  return y;
}

void binary_into(std::string_view op, Binary f, const Tensor& a, const Tensor& b, const Tensor& y, double p,
                 double q) {
  dispatch_floating(op, y, [&]<class T>() {
    zip_rows<T, T>(a, b, y, rows<BinaryRows<T>>().of[static_cast<int>(f)], grain_of(f), takes_numbers(f),
                   static_cast<T>(p), static_cast<T>(q));
  });
}

Tensor binary(std::string_view op, Binary f, const Tensor& a, const Tensor& b, double p, double q) {
  const DType common = promote(op, a.dtype(), b.dtype()), dtype = common == boolean ? int64 : common;
  const Tensor y = empty(broadcast_shapes(op, a.shape(), b.shape()), dtype);
  const Tensor left = a.to(dtype), right = b.to(dtype);
  if (dtype == int64) {
    integer_binary(op, f, left, right, y);
  } else {
    binary_into(op, f, left, right, y, p, q);
  }
  return y;
}

}  // namespace xgrad::kernels
