#include <xgrad/core/kernels/matmul.hpp>

#include <algorithm>
#include <optional>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/blas.hpp>
#include <xgrad/core/kernels/copy.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/kernels/raw.hpp>

namespace xgrad::kernels {
namespace {

// Multiplications for which waking another thread pays: some 8 µs of them with AVX-512.
constexpr std::int64_t thread_work = 524288;

// How gemm reads a matrix: as it stands or transposed, with so many elements from one row (column) to the
// next.
struct Layout {
  bool transposed;
  std::int64_t leading;
};

std::optional<Layout> layout(std::int64_t rows, std::int64_t columns, std::int64_t row_step,
                             std::int64_t column_step) {
  if ((columns == 1 || column_step == 1) && (rows == 1 || row_step >= columns))
    return Layout{false, rows == 1 ? columns : row_step};
  if ((rows == 1 || row_step == 1) && (columns == 1 || column_step >= rows))
    return Layout{true, columns == 1 ? rows : column_step};
  return std::nullopt;
}

std::int64_t row_step(const Tensor& x) { return x.strides()[x.dim() - 2]; }
std::int64_t column_step(const Tensor& x) { return x.strides()[x.dim() - 1]; }

std::optional<Layout> layout(const Tensor& x) {
  return layout(x.size(-2), x.size(-1), row_step(x), column_step(x));
}

// x where gemm can read it, else a copy; what a broadcast repeats is copied once.
Tensor readable(const Tensor& x) {
  if (layout(x)) return x;
  Tensor once = x;
  for (int i = 0; i < x.dim() - 2; ++i) {
    if (x.strides()[i] == 0 && x.shape()[i] > 1) once = once.slice(i, 0, 1);
  }
  return once.clone();
}

Shape batch_of(const Tensor& x) {
  Shape batch = x.shape();
  batch.erase(x.dim() - 1);
  batch.erase(x.dim() - 2);
  return batch;
}

Tensor with_batch(const Tensor& x, const Shape& batch) {
  Shape shape = batch;
  shape.push_back(x.size(-2));
  shape.push_back(x.size(-1));
  return x.expand(shape);
}

// c = alpha · a b + beta · c, or bias + a b, for every index of the batch dims. c's columns are contiguous.
template <class T>
class BatchedProduct {
 public:
  BatchedProduct(const Tensor& a, const Tensor& b, const Tensor& c, T alpha, T beta, const T* bias)
      : m_(c.size(-2)), n_(c.size(-1)), k_(a.size(-1)), alpha_(alpha), beta_(beta), bias_(bias) {
    batch_ = batch_of(c);
    const Tensor left = with_batch(readable(a), batch_), right = with_batch(readable(b), batch_);
    a_ = {left, raw<T>(left), left.strides(), {}};
    b_ = {right, raw<T>(right), right.strides(), {}};
    c_ = {c, raw<T>(c), c.strides(), {}};
    std::int64_t a_row = row_step(left), c_row = row_step(c);
    fold_batch_into_rows(a_row, c_row);
    a_.layout = *layout(m_, k_, a_row, column_step(left));
    b_.layout = *layout(k_, n_, row_step(right), column_step(right));
    c_.layout = {false, m_ == 1 ? n_ : c_row};
  }

  // All rows of all items stand in one line, of which each thread takes a part; the columns of a few long
  // rows.
  void run() const {
    const std::int64_t items = batch_.numel();
    const bool by_rows = items * m_ >= 8 * max_threads() || m_ >= n_;
    const std::int64_t along = by_rows ? m_ : n_, across = by_rows ? n_ : m_;
    const std::int64_t total = items * along, work = across * std::max<std::int64_t>(k_, 1);
    const std::int64_t grain = total * work < 2 * thread_work ? total : thread_work / work + 1;
    parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {
        const std::int64_t item = begin / along, first = begin % along;
        const std::int64_t count = std::min(along - first, end - begin);
        by_rows ? part(item, first, count, 0, n_) : part(item, 0, m_, first, count);
        begin += count;
      }
    });
  }

 private:
  struct Operand {
    Tensor tensor;  // keeps a copy alive
    T* data;
    Strides strides;
    Layout layout;

    T* at(std::int64_t row, std::int64_t column) const {
      return data + (layout.transposed ? column * layout.leading + row : row * layout.leading + column);
    }
  };

  // Where all items share b and the rows of a and c go on from item to item, the items are one tall matrix.
  void fold_batch_into_rows(std::int64_t& a_row, std::int64_t& c_row) {
    for (int last = batch_.dim() - 1; last >= 0; --last) {
      const std::int64_t size = batch_[last];
      if (size != 1) {
        if (m_ == 1) {
          a_row = a_.strides[last];
          c_row = c_.strides[last];
        }
        const bool goes_on = b_.strides[last] == 0 && a_.strides[last] == a_row * m_ &&
                             c_.strides[last] == c_row * m_ &&
                             layout(m_ * size, k_, a_row, column_step(a_.tensor));
        if (!goes_on) return;
        m_ *= size;
      }
      batch_.erase(last);
    }
  }

  void part(std::int64_t item, std::int64_t row, std::int64_t rows, std::int64_t column,
            std::int64_t columns) const {
    std::int64_t at_a = 0, at_b = 0, at_c = 0;
    for (int i = batch_.dim() - 1; i >= 0; --i) {
      const std::int64_t index = item % batch_[i];
      item /= batch_[i];
      at_a += index * a_.strides[i];
      at_b += index * b_.strides[i];
      at_c += index * c_.strides[i];
    }
    T* c = c_.at(row, column) + at_c;
    if (bias_) {
      for (std::int64_t i = 0; i < rows; ++i) std::copy_n(bias_ + column, columns, c + i * c_.layout.leading);
    }
    gemm(a_.layout.transposed, b_.layout.transposed, rows, columns, k_, alpha_, a_.at(row, 0) + at_a,
         a_.layout.leading, b_.at(0, column) + at_b, b_.layout.leading, beta_, c, c_.layout.leading);
  }

  std::int64_t m_, n_, k_;
  T alpha_, beta_;
  const T* bias_;
  Shape batch_;
  Operand a_, b_, c_;
};

void multiply_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
                   const Tensor& bias = {}) {
  if (c.numel() == 0) return;
  dispatch_floating("matmul", c, [&]<class T>() {
    const T* first = bias.defined() ? raw<T>(bias) : nullptr;
    BatchedProduct<T>(a, b, c, static_cast<T>(alpha), static_cast<T>(beta), first).run();
  });
}

Tensor empty_product(const Tensor& a, const Tensor& b) {
  Shape shape = broadcast_shapes("matmul", batch_of(a), batch_of(b));
  shape.push_back(a.size(-2));
  shape.push_back(b.size(-1));
  return empty(shape, a.dtype());
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const Tensor c = empty_product(a, b);
  multiply_into(a, b, c, 1, 0);
  return c;
}

void matmul_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  const auto how = layout(c);
  if (!how) {  // neither rows nor columns of c are contiguous
    const Tensor dense = beta == 0 ? empty(c.shape(), c.dtype()) : c.clone();
    multiply_into(a, b, dense, alpha, beta);
    copy(dense, c);
  } else if (how->transposed) {
    multiply_into(b.mT(), a.mT(), c.mT(), alpha, beta);  // Cᵀ = Bᵀ Aᵀ
  } else {
    multiply_into(a, b, c, alpha, beta);
  }
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor y = empty_product(x, weight.mT());
  if (!bias.defined()) {
    multiply_into(x, weight.mT(), y, 1, 0);
  } else {
    multiply_into(x, weight.mT(), y, 1, 1, bias.contiguous());
  }
  return y;
}

}  // namespace xgrad::kernels
