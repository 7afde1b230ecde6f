#include <xgrad/core/kernels/loss.hpp>

#include <algorithm>

#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/loss.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

CrossEntropy cross_entropy(const Tensor& logits, const Tensor& targets, std::int64_t ignore_index,
                           double label_smoothing) {
  const std::int64_t count = logits.size(0), n = logits.size(1);
  const Tensor x = logits.contiguous(), t = targets.contiguous();
  const CrossEntropy out{empty({count}, x.dtype()), empty({2, count}, x.dtype())};
  dispatch_floating("cross_entropy", x, [&]<class T>() {
    const auto* target = raw<std::int64_t>(t);
    T* losses = raw<T>(out.losses);
    T* max = raw<T>(out.max_and_sum);
    const T smoothing = static_cast<T>(label_smoothing);
    parallel_for(
        count, exp_grain / std::max<std::int64_t>(n, 1) + 1, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t r = begin; r < end; ++r) {
            losses[r] = max[r] = max[count + r] = 0;
            if (target[r] == ignore_index) continue;
            const T* row = raw<T>(x) + r * n;
            rows<LossRows<T>>().log_sum_exp(row, n, max + r, max + count + r);
            // log Σ exp x − x_target, the differences first: a certain answer costs 0 exactly
            const T log_sum = rows<LossRows<T>>().log_of_sum(row, n, max[r], max[count + r]);
            losses[r] = (max[r] - row[target[r]]) + log_sum;
            if (smoothing > 0) {
              const T spread = log_sum - rows<LossRows<T>>().sum_from(row, max[r], n) / static_cast<T>(n);
              losses[r] = (1 - smoothing) * losses[r] + smoothing * spread;
            }
          }
        });
  });
  return out;
}

Tensor cross_entropy_backward(const Tensor& g, const Tensor& logits, const Tensor& targets,
                              const Tensor& max_and_sum, std::int64_t ignore_index, double label_smoothing) {
  const std::int64_t count = logits.size(0), n = logits.size(1);
  const Tensor x = logits.contiguous(), t = targets.contiguous(), grad = g.contiguous();
  const Tensor dx = empty(x.shape(), x.dtype());
  dispatch_floating("cross_entropy_backward", x, [&]<class T>() {
    const auto* target = raw<std::int64_t>(t);
    const T* max = raw<T>(max_and_sum);
    const T smoothing = static_cast<T>(label_smoothing);
    parallel_for(count, exp_grain / std::max<std::int64_t>(n, 1) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t r = begin; r < end; ++r) {
                     T* row = raw<T>(dx) + r * n;
                     if (target[r] == ignore_index) {
                       std::fill_n(row, n, T(0));
                       continue;
                     }
                     const T factor = raw<T>(grad)[r], *logit = raw<T>(x) + r * n;
                     T* const at_target = row + target[r];
                     rows<LossRows<T>>().cross_entropy_gradient(
                         logit, max[r], max[count + r], smoothing / static_cast<T>(n), factor, row, n);
                     *at_target -= (1 - smoothing) * factor;
                     // A target that is the largest, with p > 1/2: p − 1 cancels, −Σ of the others does not.
                     if (logit[target[r]] == max[r] && max[count + r] < 2) {
                       *at_target = 0;
                       *at_target = -rows<LossRows<T>>().sum_from(row, T(0), n);
                     }
                   }
                 });
  });
  return dx;
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
