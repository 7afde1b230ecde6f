#include <xgrad/core/kernels/matmul.hpp>

#include <algorithm>
#include <cassert>

#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/kernels/matmul_layout.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// The matrices of one operand, one for each index of the batch dims.
template <class T>
struct Matrices {
  Tensor copy;  // undefined if gemm reads the operand in place
  T* data;
  MatrixLayout layout;
  Strides batch_strides;  // 0 along the dims in which one matrix repeats

  Matrices(const Tensor& x, const Shape& batch) {
    layout = matrix_layout(x);
    if (!layout) {
      copy = readable_copy(x);
      layout = matrix_layout(copy);
    }
    const Tensor& read = copy.defined() ? copy : x;
    data = raw<T>(read);
    const int lead = batch.dim() - (read.dim() - 2);  // dims of the batch that x doesn't have
    for (int i = 0; i < batch.dim(); ++i) {
      const bool repeats = i < lead || read.shape()[i - lead] == 1;
      batch_strides.push_back(repeats ? 0 : read.strides()[i - lead]);
    }
  }

  T* at(const Shape& index, std::int64_t row, std::int64_t column) const {
    T* const first = data + offset_of(index, batch_strides);
    return first + (layout.transposed ? column * layout.leading + row : row * layout.leading + column);
  }
  // The part of a matrix that begins at this row and column.
  Operand<T> from(const Shape& index, std::int64_t row, std::int64_t column) const {
    T* const first = at(index, row, column);
    return layout.transposed ? transposed<T>(first, layout.leading) : row_major<T>(first, layout.leading);
  }
};

// Products of so few rows take the time that b needs to come from memory. It is worth a second thread when
// the multiplications alone are not.
constexpr std::int64_t few_rows = 4;

// AMX multiplies about eight times as fast as AVX-512 does in float32.
template <class Of>
std::int64_t grain_of_products(std::int64_t m) {
  const bool on_amx =
      std::is_same_v<Of, BFloat16> && m >= fewest_rows_of_pairs && bfloat16_isa() == Isa::amx_bf16;
  return on_amx ? 8 * multiply_grain : multiply_grain;
}

// c = alpha · a b + beta · c + bias, for every index of the batch dims. c's rows are contiguous. The operands
// hold elements of type Of.
template <class T, class Of>
class BatchedProduct {
 public:
  BatchedProduct(const Tensor& a, const Tensor& b, const Tensor& c, T alpha, T beta, const T* bias)
      : m_(c.shape()[c.dim() - 2]),
        n_(c.shape()[c.dim() - 1]),
        k_(a.shape()[a.dim() - 1]),
        alpha_(alpha),
        beta_(beta),
        bias_(bias),
        batch_(batch_of(c)),
        a_(a, batch_),
        b_(b, batch_),
        c_(c, batch_) {
    assert(!c_.copy.defined() && !c_.layout.transposed);  // c is written to
    fold_batch_into_rows();
  }

  // The rows (or columns) of all items form one line, and each thread takes a part of it.
  void run() const {
    const std::int64_t items = batch_.numel();
    const bool by_rows = cuts_rows(items);
    const std::int64_t along = by_rows ? m_ : n_, across = by_rows ? n_ : m_;
    const std::int64_t total = items * along, work = across * std::max<std::int64_t>(k_, 1);
    const std::int64_t worth = m_ <= few_rows ? multiply_grain / 8 : grain_of_products<Of>(m_);
    // parallel_for would halve anything above one grain; less than two grains of work stay in one thread.
    const std::int64_t grain = total * work < 2 * worth ? total : worth / work + 1;
    parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {
        const Shape item = unravel_index(begin / along, batch_);
        const std::int64_t first = begin % along, left = end - begin;
        Part rows{0, m_}, columns{0, n_};
        Part& cut = by_rows ? rows : columns;
        std::int64_t count = 1;
        if (first == 0 && left >= along) {
          const std::int64_t evenly_spaced = batch_.empty() ? 1 : batch_.back() - item.back();
          count = std::min(left / along, evenly_spaced);
        } else {
          cut = {first, std::min(along - first, left)};
        }
        multiply(item, count, rows, columns);
        begin += count * cut.size;
      }
    });
  }

 private:
  // Whether the threads divide rows or columns. Many items are cut into rows, so most parts are whole items.
  // One item is cut along its longer side. In float32 and float64, if an operand exceeds the second-level
  // cache, an item is cut into columns unless it is very tall, because each thread then packs only its own
  // part of b. Measured with two threads.
  bool cuts_rows(std::int64_t items) const {
    constexpr std::int64_t cached = 524288, very_tall = 8, rows_per_thread = 8;
    if (items > 1) return items * m_ >= rows_per_thread * max_threads();
    // The ops around cut rows too, so each thread finds its own in its cache.
    if constexpr (!std::is_same_v<T, Of>) return m_ >= n_;
    return std::max(m_, n_) * k_ > cached ? m_ > very_tall * n_ : m_ >= n_;
  }

  // If all items share b, and the rows of a and c run on from item to item, the items are one tall matrix.
  void fold_batch_into_rows() {
    for (int last = batch_.dim() - 1; last >= 0; --last) {
      const std::int64_t size = batch_[last];
      if (size != 1) {
        const std::int64_t a_stride = a_.batch_strides[last], c_stride = c_.batch_strides[last];
        const bool runs_on =
            b_.batch_strides[last] == 0 && !a_.layout.transposed &&
            (m_ == 1 ? a_stride >= k_ && c_stride >= n_
                     : a_stride == a_.layout.leading * m_ && c_stride == c_.layout.leading * m_);
        if (!runs_on) return;
        if (m_ == 1) a_.layout.leading = a_stride, c_.layout.leading = c_stride;
        m_ *= size;
      }
      for (Shape* each : {&batch_, &a_.batch_strides, &b_.batch_strides, &c_.batch_strides})
        each->erase(last);
    }
  }

  struct Part {
    std::int64_t first, size;
  };

  // A part of `count` items, which lie one stride of the last batch dim apart.
  void multiply(const Shape& item, std::int64_t count, Part rows, Part columns) const {
    const auto step = [&](const auto& x) { return batch_.empty() ? 0 : x.batch_strides.back(); };
    gemm<T, Of>({.m = rows.size,
                 .n = columns.size,
                 .k = k_,
                 .alpha = alpha_,
                 .a = a_.from(item, rows.first, 0),
                 .b = b_.from(item, 0, columns.first),
                 .beta = beta_,
                 .c = c_.at(item, rows.first, columns.first),
                 .c_row_stride = c_.layout.leading,
                 .bias = bias_ ? bias_ + columns.first : nullptr,
                 .all_rows = m_},
                {.count = count, .a_step = step(a_), .b_step = step(b_), .c_step = step(c_)});
  }

  std::int64_t m_, n_, k_;
  T alpha_, beta_;
  const T* bias_;
  Shape batch_;
  Matrices<Of> a_, b_;
  Matrices<T> c_;
};

// c's rows or its columns are contiguous.
void multiply_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
                   const Tensor& bias = {}) {
  if (c.numel() == 0) return;
  if (matrix_layout(c).transposed) {  // Cᵀ = Bᵀ Aᵀ
    assert(!bias.defined());          // a bias is added to the rows of c, not of cᵀ
    return multiply_into(b.mT(), a.mT(), c.mT(), alpha, beta);
  }
  dispatch_product("matmul", a, [&]<class T, class Of>() {
    const T* first = bias.defined() ? raw<T>(bias) : nullptr;
    BatchedProduct<T, Of>(a, b, c, static_cast<T>(alpha), static_cast<T>(beta), first).run();
  });
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const Tensor c = empty_in_natural_order(a, b, product_shape(a, b));
  multiply_into(a, b, c, 1, 0);
  return c;
}

void matmul_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  if (matrix_layout(c)) return multiply_into(a, b, c, alpha, beta);
  const Tensor dense = beta == 0 ? empty(c.shape(), c.dtype()) : c.clone();
  multiply_into(a, b, dense, alpha, beta);
  copy(dense, c);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor y = empty(product_shape(x, weight.mT()), product_dtype(x));
  linear_into(x, weight, bias, y);
  return y;
}

void linear_into(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) {
  multiply_into(x, weight.mT(), y, 1, 0, bias.defined() ? bias.contiguous() : bias);
}

}  // namespace xgrad::kernels
