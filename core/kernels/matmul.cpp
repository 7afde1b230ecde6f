#include <xgrad/core/kernels/matmul.hpp>

#include <algorithm>
#include <cassert>

#include <xgrad/core/kernels/blas.hpp>
#include <xgrad/core/kernels/matmul_layout.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/raw.hpp>

namespace xgrad::kernels {
namespace {

// A Tensor's matrices: how gemm reads one, and how far apart they lie along the dims of `batch` (0 where one
// matrix meets many).
template <class T>
struct Matrices {
  Tensor copy;  // of the operand, where gemm can't read it as it lies
  T* data;
  Layout how;
  Strides batch_strides;

  Matrices(const Tensor& x, const Shape& batch) {
    how = layout(x);
    if (!how) {
      copy = readable_copy(x);
      how = layout(copy);
    }
    const Tensor& read = copy.defined() ? copy : x;
    data = raw<T>(read);
    const int lead = batch.dim() - (read.dim() - 2);  // dims of the batch that x doesn't have
    for (int i = 0; i < batch.dim(); ++i) {
      const bool repeats = i < lead || read.shape()[i - lead] == 1;
      batch_strides.push_back(repeats ? 0 : read.strides()[i - lead]);
    }
  }

  T* at(std::int64_t offset, std::int64_t row, std::int64_t column) const {
    return data + offset + (how.transposed ? column * how.leading + row : row * how.leading + column);
  }
  Operand<T> from(std::int64_t offset, std::int64_t row, std::int64_t column) const {
    T* first = at(offset, row, column);
    return how.transposed ? transposed<T>(first, how.leading) : row_major<T>(first, how.leading);
  }
};

// c = alpha · a b + beta · c + bias, for every index of the batch dims. c's rows are contiguous.
template <class T>
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
    assert(!c_.copy.defined() && !c_.how.transposed);  // c is written to
    fold_batch_into_rows();
  }

  // All rows of all items stand in one line, of which each thread takes a part.
  void run() const {
    const std::int64_t items = batch_.numel();
    const bool by_rows = cuts_rows(items);
    const std::int64_t along = by_rows ? m_ : n_, across = by_rows ? n_ : m_;
    const std::int64_t total = items * along, work = across * std::max<std::int64_t>(k_, 1);
    // Below two parts' worth one thread does it all: parallel_for would halve it.
    const std::int64_t grain = total * work < 2 * thread_work ? total : thread_work / work + 1;
    parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
      Item item(*this, begin / along);
      std::int64_t first = begin % along;
      for (std::int64_t left = end - begin; left > 0;) {
        if (first == 0 && left >= along) {
          const std::int64_t even = std::min(left / along, item.evenly_spaced());
          whole_items(item, even);
          item.go_on(even);
          left -= even * along;
        } else {
          const std::int64_t count = std::min(along - first, left);
          if (by_rows) {
            part_of_item(item, first, count, 0, n_);
          } else {
            part_of_item(item, 0, m_, first, count);
          }
          item.go_on(1);
          left -= count;
          first = 0;
        }
      }
    });
  }

 private:
  // Whether threads share out rows or columns. Of many items, rows, so that most parts are whole items. A
  // single one is cut along its longer side; but where an operand is beyond the second-level cache, between
  // the columns, since each thread then packs its own part of b alone, unless it is very tall: as measured
  // with two threads.
  bool cuts_rows(std::int64_t items) const {
    constexpr std::int64_t cached = 524288, very_tall = 8, rows_per_thread = 8;
    if (items > 1) return items * m_ >= rows_per_thread * max_threads();
    return std::max(m_, n_) * k_ > cached ? m_ > very_tall * n_ : m_ >= n_;
  }

  // Where the matrices of one item begin.
  class Item {
   public:
    Item(const BatchedProduct& product, std::int64_t number) : p_(product) {
      index_ = Shape::filled(p_.batch_.dim(), 0);
      for (int i = p_.batch_.dim() - 1; i >= 0 && number > 0; --i) {
        move(i, index_[i] = number % p_.batch_[i]);
        number /= p_.batch_[i];
      }
    }
    // So many items from here on lie one stride of the last batch dim apart.
    std::int64_t evenly_spaced() const { return p_.batch_.empty() ? 1 : p_.batch_.back() - index_.back(); }
    // By no more than these.
    void go_on(std::int64_t count) {
      for (int i = p_.batch_.dim() - 1; i >= 0; --i, count = 1) {
        move(i, count);
        if ((index_[i] += count) < p_.batch_[i]) return;
        move(i, -p_.batch_[i]);
        index_[i] = 0;
      }
    }
    std::int64_t a = 0, b = 0, c = 0;

   private:
    void move(int dim, std::int64_t by) {
      a += by * p_.a_.batch_strides[dim];
      b += by * p_.b_.batch_strides[dim];
      c += by * p_.c_.batch_strides[dim];
    }
    const BatchedProduct& p_;
    Shape index_;
  };

  // Where all items share b and the rows of a and c go on from item to item, the items are one tall matrix.
  void fold_batch_into_rows() {
    for (int last = batch_.dim() - 1; last >= 0; --last) {
      const std::int64_t size = batch_[last];
      if (size != 1) {
        const std::int64_t a_stride = a_.batch_strides[last], c_stride = c_.batch_strides[last];
        const bool goes_on = b_.batch_strides[last] == 0 && !a_.how.transposed &&
                             (m_ == 1 ? a_stride >= k_ && c_stride >= n_
                                      : a_stride == a_.how.leading * m_ && c_stride == c_.how.leading * m_);
        if (!goes_on) return;
        if (m_ == 1) a_.how.leading = a_stride, c_.how.leading = c_stride;
        m_ *= size;
      }
      batch_.erase(last);
    }
  }

  void part_of_item(const Item& item, std::int64_t row, std::int64_t rows, std::int64_t column,
                    std::int64_t columns) const {
    gemm<T>({rows, columns, k_, alpha_, a_.from(item.a, row, 0), b_.from(item.b, 0, column), beta_,
             c_.at(item.c, row, column), c_.how.leading, bias_ ? bias_ + column : nullptr});
  }

  void whole_items(const Item& item, std::int64_t count) const {
    const int last = batch_.dim() - 1;
    const auto stride = [&](const Matrices<T>& x) { return last < 0 ? 0 : x.batch_strides[last]; };
    gemm<T>({m_, n_, k_, alpha_, a_.from(item.a, 0, 0), b_.from(item.b, 0, 0), beta_, c_.at(item.c, 0, 0),
             c_.how.leading, bias_},
            {count, stride(a_), stride(b_), stride(c_)});
  }

  std::int64_t m_, n_, k_;
  T alpha_, beta_;
  const T* bias_;
  Shape batch_;
  Matrices<T> a_, b_, c_;
};

// c's rows, or else its columns, are contiguous.
void multiply_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta,
                   const Tensor& bias = {}) {
  if (c.numel() == 0) return;
  if (layout(c).transposed) {  // Cᵀ = Bᵀ Aᵀ
    assert(!bias.defined());   // a row of c, not of cᵀ; who has one has a contiguous c
    return multiply_into(b.mT(), a.mT(), c.mT(), alpha, beta);
  }
  dispatch_floating("matmul", c, [&]<class T>() {
    const T* first = bias.defined() ? raw<T>(bias) : nullptr;
    BatchedProduct<T>(a, b, c, static_cast<T>(alpha), static_cast<T>(beta), first).run();
  });
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const Tensor c = empty_in_natural_order(a, b, product_shape(a, b));
  multiply_into(a, b, c, 1, 0);
  return c;
}

void matmul_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta) {
  if (layout(c)) return multiply_into(a, b, c, alpha, beta);
  const Tensor dense = beta == 0 ? empty(c.shape(), c.dtype()) : c.clone();
  multiply_into(a, b, dense, alpha, beta);
  copy(dense, c);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor columns = weight.mT(), y = empty(product_shape(x, columns), x.dtype());
  multiply_into(x, columns, y, 1, 0, bias.defined() ? bias.contiguous() : bias);
  return y;
}

}  // namespace xgrad::kernels
