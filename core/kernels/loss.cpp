#include <xgrad/core/kernels/loss.hpp>

#include <algorithm>

#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/loss.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

namespace {

// A row of logits x (n) with its target, as the functions below see it.
template <class T>
struct LogitRow {
  const T* x;
  std::int64_t n, target;
  T smoothing;
};

// The loss. Leaves max x and Σ exp(x − max) for the gradient.
template <class T>
T loss_of_row(const LogitRow<T>& row, T& max, T& sum_exp) {
  const LossRows<T>& table = rows<LossRows<T>>();
  table.log_sum_exp(row.x, row.n, &max, &sum_exp);
  // log Σ exp x − x_target, the differences first: a certain answer costs 0 exactly
  const T log_sum = table.log_of_sum(row.x, row.n, max, sum_exp), loss = (max - row.x[row.target]) + log_sum;
  if (row.smoothing == 0) return loss;
  const T spread = log_sum - table.sum_from(row.x, max, row.n) / static_cast<T>(row.n);
  return (1 - row.smoothing) * loss + row.smoothing * spread;
}

// dx = factor · (softmax(x) − wanted). dx may be x.
template <class T>
void gradient_of_row(const LogitRow<T>& row, T max, T sum_exp, T factor, T* dx) {
  const LossRows<T>& table = rows<LossRows<T>>();
  // A target that is the largest, with p > 1/2: p − 1 cancels, −Σ of the others does not.
  const bool cancels = row.x[row.target] == max && sum_exp < 2;
  T* const at_target = dx + row.target;
  table.cross_entropy_gradient(row.x, max, sum_exp, row.smoothing / static_cast<T>(row.n), factor, dx, row.n);
  *at_target -= (1 - row.smoothing) * factor;
  if (!cancels) return;
  *at_target = 0;
  *at_target = -table.sum_from(dx, T(0), row.n);
}

// Calls `body(row)` for `count` rows of n logits, in parallel.
template <class Body>
void each_row(std::int64_t count, std::int64_t n, const Body& body) {
  const std::int64_t grain = exp_grain / std::max<std::int64_t>(n, 1) + 1;
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) body(r);
  });
}

}  // namespace

CrossEntropy cross_entropy(const Tensor& logits, const Tensor& targets, std::int64_t ignore_index,
                           double label_smoothing) {
  const std::int64_t count = logits.size(0), n = logits.size(1);
  const Tensor x = logits.contiguous(), t = targets.contiguous();
  const CrossEntropy out{empty({count}, x.dtype()), empty({2, count}, x.dtype())};
  dispatch_floating("cross_entropy", x, [&]<class T>() {
    const auto* target = raw<std::int64_t>(t);
    T* losses = raw<T>(out.losses);
    T* max = raw<T>(out.max_and_sum);
    each_row(count, n, [&](std::int64_t r) {
      losses[r] = max[r] = max[count + r] = 0;
      if (target[r] == ignore_index) return;
      losses[r] = loss_of_row<T>({raw<T>(x) + r * n, n, target[r], static_cast<T>(label_smoothing)}, max[r],
                                 max[count + r]);
    });
  });
  return out;
}

void cross_entropy_backward(const Tensor& g, const Tensor& logits, const Tensor& targets,
                            const Tensor& max_and_sum, std::int64_t ignore_index, double label_smoothing,
                            const Tensor& dx) {
  const std::int64_t count = logits.size(0), n = logits.size(1);
  const Tensor x = logits.contiguous(), t = targets.contiguous(), grad = g.contiguous();
  dispatch_floating("cross_entropy_backward", x, [&]<class T>() {
    const auto* target = raw<std::int64_t>(t);
    const T* max = raw<T>(max_and_sum);
    each_row(count, n, [&](std::int64_t r) {
      T* row = raw<T>(dx) + r * n;
      if (target[r] == ignore_index) {
        std::fill_n(row, n, T(0));
        return;
      }
      gradient_of_row<T>({raw<T>(x) + r * n, n, target[r], static_cast<T>(label_smoothing)}, max[r],
                         max[count + r], raw<T>(grad)[r], row);
    });
  });
}

Tensor squared_distance(const Tensor& a, const Tensor& b) {
  const Tensor left = a.contiguous(), right = b.contiguous();
  return dispatch_floating("mse_loss", a, [&]<class T>() {
    constexpr std::int64_t part = 4096;
    const auto sum_of = [&](std::int64_t first, std::int64_t n) {
      return rows<LossRows<T>>().squared_distance(raw<T>(left) + first, raw<T>(right) + first, n);
    };
    return full({}, sum_of_parts(a.numel(), part, parallel_grain / part, sum_of), a.dtype());
  });
}

}  // namespace xgrad::kernels
