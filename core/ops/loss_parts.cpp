#include <xgrad/core/ops/loss_parts.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>

namespace xgrad {

Variable weigh(const Variable& w, const Variable& y) {
  return record("weigh", kernels::weigh(w.value(), y.value()), {w, y}, {keep_for(0, y), keep_for(1, w)},
                [](const Replay& r) -> Gradients {
                  // ∂(wy)/∂w = y, ∂(wy)/∂y = w
                  return {r.wants(0) ? sum_to(r.grad() * r.saved(0), r.input_shape(0)) : nothing,
                          r.wants(1) ? sum_to(r.grad() * r.saved(1), r.input_shape(1)) : nothing};
                });
}

std::int64_t divisor_of(Reduction reduction, const Shape& losses) {
  if (reduction == Reduction::mean) return losses.numel();
  return reduction == Reduction::batchmean && !losses.empty() ? losses[0] : 1;
}

Variable reduced(const Variable& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  if (reduction == Reduction::mean) return mean(losses);
  const Variable total = sum(losses);
  return reduction == Reduction::sum ? total : total / divisor_of(reduction, losses.shape());
}

Tensor reduced_value(const Tensor& losses, Reduction reduction, std::int64_t divisor) {
  const bool is_total = reduction != Reduction::none;
  const Tensor loss = is_total ? kernels::sum(losses, kernels::all_dims(losses.dim()), false) : losses;
  return divisor == 1 ? loss : kernels::scale(loss, 1 / static_cast<double>(divisor));
}

std::int64_t count_targets(const char* op, const Variable& targets, std::int64_t classes,
                           std::int64_t ignore_index) {
  const Tensor flat = targets.value().contiguous();
  const auto* target = flat.data<std::int64_t>();
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    if (target[i] == ignore_index) continue;
    if (target[i] < 0 || target[i] >= classes) {
      fail_range(op, "target ", target[i], " at position ", i, " is not one of ", classes, " classes, [0, ",
                 classes, "), nor the ignore_index ", ignore_index);
    }
    ++count;
  }
  return count;
}

void check_label_smoothing(const char* op, double label_smoothing) {
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    fail(op, "label_smoothing must lie in [0, 1], got ", label_smoothing);
}

DType check_pair(const char* op, std::string_view names, const Variable& a, const Variable& b) {
  check_defined(op, {a, b});
  if (a.shape() != b.shape()) {
    fail(op, names, " differ in shape: ", a.shape(), " and ", b.shape(),
         "; expand or reshape one of them, they are not broadcast");
  }
  const DType dtype = promote(op, a.dtype(), b.dtype());
  if (!is_floating(dtype)) fail(op, "needs a floating dtype, not ", dtype, "; convert with to(float32)");
  return dtype;
}

}  // namespace xgrad
