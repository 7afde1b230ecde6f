#include <xgrad/core/ops/matmul.hpp>

#include <algorithm>
#include <ostream>

#include <xgrad/core/default_dtype.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/matmul.hpp>
#include <xgrad/core/kernels/matmul_layout.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {
namespace {

// An operand, for the text of an error: "weight float32 (5, 4)".
struct NamedOperand {
  const char* name;
  const Variable& x;
};

std::ostream& operator<<(std::ostream& out, const NamedOperand& operand) {
  return out << operand.name << ' ' << operand.x.dtype() << ' ' << operand.x.shape();
}

void check_dtypes(std::string_view op, const NamedOperand& a, const NamedOperand& b) {
  const DType p = a.x.dtype(), q = b.x.dtype();
  if (p == q && is_floating(p)) return;
  if (is_floating(p) && is_floating(q)) {
    fail(op, "operands are ", a, " and ", b, "; convert one of them with to(", p, ") or to(", q, ")");
  }
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

// A matrix in a rule's formula. Unless the replay is recorded it is a Tensor, since views and products of
// these are cheaper to make than those of Variables.
struct RuleMatrix {
  Variable recorded;  // or undefined
  Tensor value;

  int dim() const { return recorded.defined() ? recorded.dim() : value.dim(); }
  RuleMatrix mT() const {
    if (recorded.defined()) return {recorded.mT(), {}};
    return {{}, value.mT()};
  }
  // (..., M, N) → (rows, N): all matrices as one
  RuleMatrix flatten() const {
    if (dim() == 2) return *this;
    const auto flat = [](const auto& x) { return x.reshape({x.shape().without_last().numel(), x.size(-1)}); };
    if (recorded.defined()) return {flat(recorded), {}};
    return {{}, flat(value)};
  }
};

RuleMatrix in_rule(const Replay& r, const Variable& x) {
  if (r.is_recorded()) return {x, {}};
  return {{}, x.value()};
}

Variable rule_matmul(const RuleMatrix& x, const RuleMatrix& y) {
  if (x.recorded.defined()) return matmul(x.recorded, y.recorded);
  return multiply(x.value, y.value);
}

// x y as the gradient of an input: added by the product itself to what has already arrived there.
Variable product_for(const Replay& r, std::size_t input, const Variable& x, const Variable& y) {
  const Tensor sum = r.sum_so_far(input);
  if (!sum.defined()) return rule_matmul(in_rule(r, x), in_rule(r, y));
  kernels::matmul_into(as_rows(x.value()), y.value(), as_rows(sum), 1, /*beta=*/1);
  sum.storage()->bump_version();
  return nothing;
}

// aᵀ b, summed over all their matrices: the gradient of a matrix that each of a's met.
Variable summed_product(const RuleMatrix& a, const RuleMatrix& b) {
  return rule_matmul(a.flatten().mT(), b.flatten());
}

}  // namespace

Variable matmul(const Variable& a, const Variable& b) {
  check_defined("matmul", {a, b});
  check_matmul(a, b);
  const bool a_is_row = a.dim() == 1, b_is_column = b.dim() == 1;
  return record("matmul", multiply(a.value(), b.value()), {a, b}, {keep_for(1, a), keep_for(0, b)},
                [a_is_row, b_is_column](const Replay& r) -> Gradients {
                  // C = A B   ⇒   dA = G Bᵀ, dB = Aᵀ G, summed over the batch dims that were broadcast
                  Variable grad = b_is_column ? r.grad().unsqueeze(-1) : r.grad();
                  if (a_is_row) grad = grad.unsqueeze(-2);
                  const RuleMatrix g = in_rule(r, grad);  // (..., M, N)
                  Gradients gradients(2);
                  if (r.wants(0)) {
                    const RuleMatrix b = in_rule(r, as_columns(r.saved(1)));
                    const Variable da = rule_matmul(g, b.mT());  // (..., M, K)
                    gradients[0] = sum_to(a_is_row ? da.squeeze(-2) : da, r.input_shape(0));
                  }
                  if (r.wants(1)) {
                    const RuleMatrix a = in_rule(r, as_rows(r.saved(0)));
                    const Shape& shape = r.input_shape(1);
                    const bool shared = shape.dim() <= 2 && a.dim() == g.dim();
                    Variable db = shared ? summed_product(a, g) : rule_matmul(a.mT(), g);  // (..., K, N)
                    if (b_is_column) db = db.squeeze(-1);
                    gradients[1] = sum_to(db, shape);
                  }
                  return gradients;
                });
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

Variable linear(const Variable& x, const Variable& weight, const Variable& bias) {
  check_defined("linear", {x, weight});
  check_dtypes("linear", {"x", x}, {"weight", weight});
  if (weight.dim() != 2) fail("linear", "weight must be (out, in), not ", weight.shape());
  if (x.dim() == 0 || x.size(-1) != weight.size(1)) {
    fail("linear", "x ", x.shape(), " must end in weight's second size: weight (out, in) is ",
         weight.shape());
  }
  if (bias.defined()) {
    check_dtypes("linear", {"x", x}, {"bias", bias});
    if (bias.shape() != Shape{weight.size(0)}) {
      fail("linear", "bias must be (out) = ", Shape{weight.size(0)}, " for weight ", weight.shape(), ", not ",
           bias.shape());
    }
  }
  Tensor y = kernels::linear(as_rows(x.value()), weight.value(), bias.defined() ? bias.value() : Tensor());
  if (x.dim() == 1) y = y.squeeze(0);
  return record("linear", y, {x, weight, bias}, {keep_for(1, x), keep_for(0, weight)},
                [](const Replay& r) -> Gradients {
                  // y = x Wᵀ + b   ⇒   dx = g W, dW = gᵀ x and db = g, both summed over all rows
                  const Variable& g = r.grad();  // (..., out)
                  const auto rows_of = [&](const Variable& x) { return in_rule(r, as_rows(x)); };
                  return {r.wants(0) ? product_for(r, 0, g, r.saved(1)) : nothing,
                          r.wants(1) ? summed_product(rows_of(g), rows_of(r.saved(0))) : nothing,
                          r.wants(2) ? sum_to(g, r.input_shape(2)) : nothing};
                });
}

}  // namespace xgrad
