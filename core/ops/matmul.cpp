#include <xgrad/core/ops/matmul.hpp>

#include <algorithm>
#include <ostream>

#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/autograd/product_operands.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/matmul.hpp>
#include <xgrad/core/kernels/matmul_layout.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/rounded.hpp>

namespace xgrad {
namespace {

// An operand in the text of an error: "weight float32 (5, 4)".
struct NamedOperand {
  const char* name;
  const Variable& x;
};

std::ostream& operator<<(std::ostream& out, const NamedOperand& operand) {
  return out << operand.name << ' ' << operand.x.dtype() << ' ' << operand.x.shape();
}

void check_dtypes(std::string_view op, const NamedOperand& a, const NamedOperand& b) {
  const DType p = a.x.dtype(), q = b.x.dtype();
  if (can_multiply(p, q)) return;
  if (is_floating(p) && is_floating(q)) {
    fail(op, "operands are ", a, " and ", b, "; convert one of them with to(", p, ") or to(", q, ")");
  }
  if ((p == bfloat16 && q == float64) || (p == float64 && q == bfloat16))
    fail(op, "bfloat16 multiplies float32 alone, got ", a, " and ", b, "; convert with to(float32)");
  const DType common = is_floating(p) ? p : is_floating(q) ? q : get_default_dtype();
  fail(op, "needs floating operands, got ", a, " and ", b, "; convert with to(", common, ")");
}

// A 1-D operand is a row on the left and a column on the right.
template <class X>
X as_rows(const X& a) {
  return a.dim() == 1 ? a.unsqueeze(0) : a;
}
template <class X>
X as_columns(const X& b) {
  return b.dim() == 1 ? b.unsqueeze(1) : b;
}

void check_matmul(const Variable& a, const Variable& b) {
  check_dtypes("matmul", {"left", a}, {"right", b});
  if (a.dim() == 0 || b.dim() == 0) {
    fail("matmul", "operands need at least 1 dim: ", a.shape(), " @ ", b.shape(),
         "; multiply by a scalar with *");
  }
  if (a.size(-1) != b.size(b.dim() == 1 ? 0 : -2)) {
    fail("matmul", "inner sizes differ: ", a.shape(), " @ ", b.shape());
  }
  for (int i = 3; i <= std::min(a.dim(), b.dim()); ++i) {
    const std::int64_t p = a.size(-i), q = b.size(-i);
    if (p != q && p != 1 && q != 1) {
      fail("matmul", "batch dims do not broadcast: ", a.shape(), " @ ", b.shape(), " (",
           kernels::batch_of(a.value()), " and ", kernels::batch_of(b.value()),
           ": sizes must be equal or 1, aligned at the last dim)");
    }
  }
}

Tensor multiply(const Tensor& a, const Tensor& b) {
  if (a.dim() > 1 && b.dim() > 1) return kernels::matmul(a, b);
  Tensor y = kernels::matmul(as_rows(a), as_columns(b));  // (..., M, N)
  if (b.dim() == 1) y = y.squeeze(-1);
  return a.dim() == 1 ? y.squeeze(b.dim() == 1 ? -1 : -2) : y;
}

// (..., M, N) → (rows, N): all matrices as one
template <class X>
X as_one_matrix(const X& x) {
  return x.dim() == 2 ? x : x.reshape({x.shape().without_last().numel(), x.size(-1)});
}

}  // namespace

Variable matmul(const Variable& a, const Variable& b) {
  check_defined("matmul", {a, b});
  check_matmul(a, b);
  const bool a_is_row = a.dim() == 1, b_is_column = b.dim() == 1;
  const ProductOperands read(a, b);
  // C = A B   ⇒   dA = G Bᵀ, dB = Aᵀ G, summed over the batch dims that were broadcast
  const auto rule = [a_is_row, b_is_column, mixed = read.is_mixed](const Replay& r) -> Gradients {
    const MixedPrecision guard(mixed);
    Variable g = b_is_column ? r.grad().unsqueeze(-1) : r.grad();
    if (a_is_row) g = g.unsqueeze(-2);  // (..., M, N)
    const auto da = [&] {
      const Variable product = matmul(g, as_columns(in_float32(r.saved(1))).mT());  // (..., M, K)
      return sum_to(a_is_row ? product.squeeze(-2) : product, r.input_shape(0));
    };
    const auto db = [&] {
      const Variable product = matmul(as_rows(in_float32(r.saved(0))).mT(), g);  // (..., K, N)
      return sum_to(b_is_column ? product.squeeze(-1) : product, r.input_shape(1));
    };
    return {r.wants(0) ? da() : nothing, r.wants(1) ? db() : nothing};
  };
  // If all of A's matrices share B, Aᵀ G is one product: the matrices of A, and those of G, are stacked into
  // one.
  const auto kernel = [a_is_row, b_is_column,
                       mixed = read.is_mixed](const KernelReplay& r) -> KernelGradients {
    Tensor g = mixed ? kernels::rounded_once(r.grad()) : r.grad();
    if (b_is_column) g = g.unsqueeze(-1);
    if (a_is_row) g = g.unsqueeze(-2);
    const auto da = [&] {
      const Tensor product = kernels::matmul(g, as_columns(r.saved(1)).mT());
      return kernels::sum_to(a_is_row ? product.squeeze(-2) : product, r.input_shape(0));
    };
    const auto db = [&] {
      const Tensor a = as_rows(r.saved(0));
      const bool is_shared = r.input_shape(1).dim() <= 2 && a.dim() == g.dim();
      const Tensor product =
          is_shared ? kernels::matmul(as_one_matrix(a).mT(), as_one_matrix(g)) : kernels::matmul(a.mT(), g);
      return kernels::sum_to(b_is_column ? product.squeeze(-1) : product, r.input_shape(1));
    };
    return {r.wants(0) ? da() : nothing, r.wants(1) ? db() : nothing};
  };
  return record(read.is_mixed ? "matmul_bfloat16" : "matmul", multiply(read.a.value(), read.b.value()),
                {a, b}, {keep_for(1, read.a), keep_for(0, read.b)}, fused(rule, kernel));
}

Variable bmm(const Variable& a, const Variable& b) {
  check_defined("bmm", {a, b});
  if (a.dim() != 3 || b.dim() != 3 || a.size(0) != b.size(0)) {
    fail("bmm", "wants (B, M, K) and (B, K, N), got ", a.shape(), " and ", b.shape(),
         "; matmul broadcasts batch dims");
  }
  check_dtypes("bmm", {"left", a}, {"right", b});
  if (a.size(2) != b.size(1)) fail("bmm", "inner sizes differ: ", a.shape(), " @ ", b.shape());
  return matmul(a, b);
}

namespace {

void check_linear(const Variable& x, const Variable& weight, const Variable& bias) {
  check_dtypes("linear", {"x", x}, {"weight", weight});
  if (weight.dim() != 2) fail("linear", "weight must be (out, in), not ", weight.shape());
  if (x.dim() == 0 || x.size(-1) != weight.size(1)) {
    fail("linear", "x ", x.shape(), " must end in weight's second size: weight (out, in) is ",
         weight.shape());
  }
  if (!bias.defined()) return;
  check_dtypes("linear", {"x", x}, {"bias", bias});
  if (bias.dtype() == bfloat16)
    fail("linear", "bias is added in float32, not ", bias.dtype(), " ", bias.shape());
  if (bias.shape() != Shape{weight.size(0)}) {
    fail("linear", "bias must be (out) = ", Shape{weight.size(0)}, " for weight ", weight.shape(), ", not ",
         bias.shape());
  }
}

}  // namespace

Variable linear(const Variable& x, const Variable& weight, const Variable& bias) {
  check_defined("linear", {x, weight});
  check_linear(x, weight, bias);
  const ProductOperands read(x, weight);
  Tensor y = kernels::linear(as_rows(read.a.value()), read.b.value(), value_if_defined(bias));
  if (x.dim() == 1) y = y.squeeze(0);
  // y = x Wᵀ + b   ⇒   dx = g W, dW = gᵀ x and db = g, both summed over all rows
  const auto rule = [mixed = read.is_mixed](const Replay& r) -> Gradients {
    const MixedPrecision guard(mixed);
    const Variable& g = r.grad();  // (..., out)
    const auto dw = [&] {
      return matmul(as_one_matrix(as_rows(g)).mT(), as_one_matrix(as_rows(in_float32(r.saved(0)))));
    };
    return {r.wants(0) ? matmul(g, in_float32(r.saved(1))) : nothing, r.wants(1) ? dw() : nothing,
            r.wants(2) ? sum_to(g, r.input_shape(2)) : nothing};
  };
  const auto kernel = [mixed = read.is_mixed](const KernelReplay& r) -> KernelGradients {
    const bool rounds = mixed && (r.wants(0) || r.wants(1));
    const Tensor rounded_g = rounds ? kernels::rounded_once(r.grad()) : Tensor();
    const Tensor& g = rounds ? rounded_g : r.grad();
    const auto dx = [&]() -> Tensor {
      const Tensor sum = r.sum_so_far(0);
      if (!sum.defined()) return multiply(g, r.saved(1));
      kernels::matmul_into(as_rows(g), r.saved(1), as_rows(sum), 1, /*beta=*/1);
      return nothing;
    };
    const auto dw = [&] {
      return kernels::matmul(as_one_matrix(as_rows(g)).mT(), as_one_matrix(as_rows(r.saved(0))));
    };
    return {r.wants(0) ? dx() : nothing, r.wants(1) ? dw() : nothing,
            r.wants(2) ? kernels::sum_to(r.grad(), r.input_shape(2)) : nothing};
  };
  return record(read.is_mixed ? "linear_bfloat16" : "linear", y, {x, weight, bias},
                {keep_for(1, read.a), keep_for(0, read.b)}, fused(rule, kernel));
}

}  // namespace xgrad
