// What must not compile. Each test defines one of these names and compares the compiler's message
// (tests.cmake). Without a name the file compiles.
#include <xgrad/xgrad.hpp>

using namespace xgrad;

void calls_that_compile(const Variable& x, const std::vector<std::int64_t>& list) {
  sum(x), sum(x, {}), sum(x, 0), sum(x, {0, -1}, true), x.sum(list), x.mean(std::size_t{1}), any(x, {}, true);
  x.var(), x.var({-1}, 0), var(x, -1, 0, true), x.std({-1}, 1, true), norm(x, 2, 0), x.norm(1, {}, true);
  max(x), max(x, 0), x.min(-1, true), argmax(x, 1), sort(x, 0), topk(x, 1, 0), cumsum(x, 0);
  prod(x), prod(x, {0, -1}, true), x.prod(0), cumprod(x, 0), layer_norm(x, {}, {}, 1e-5),
      layer_norm(x, {3, 4});
  zeros(3), zeros({2, 3}), zeros(2, float64), zeros({}), x.reshape(-1), x.reshape({2, 3}), x.value().at(0);
}

namespace mine {
Variable silu(const Variable& x);
}

void subscripts_that_compile(const Variable& x, const Tensor& t, std::size_t i) {
  x[0], x[-1][i], x[Slice(1, 4)], x[{Slice(), newaxis, Ellipsis, -1}], x[x > 0], x[t], t[t], t[{}];
  t[0] = t, t[i] = 1, t[{Slice(1), 0}] = 2.5, t[t > 0] = t, t[t] = true, t[t] = t[t], t[0] += 1, t[t] /= t,
  t += t;
  Variable y = x;
  y += x, y -= t, y *= 2, y /= 0.5, y = x, y = t, y = x[0], y = t[t];
  if (equal(t, t) || all(x == t).item<bool>()) static_cast<void>(~(x > 0) & ~(0 < t));
}

void refused([[maybe_unused]] const Variable& x, [[maybe_unused]] const nn::Linear& model) {
#ifdef VAR_KEEPDIM
  var(x, {-1}, true);
#elif defined VAR_KEEPDIM_METHOD
  x.var({-1}, true);
#elif defined STD_KEEPDIM
  xgrad::std(x, -1, true);
#elif defined STD_KEEPDIM_METHOD
  x.std(-1, true);
#elif defined SUM_OF_NUMBER
  sum(x, 1.5);
#elif defined SUM_OF_TWO_DIMS
  x.sum(0, 1);
#elif defined SUM_OF_BOOLS
  sum(x, {true});
#elif defined NORM_OF_DIMS
  norm(x, {0});
#elif defined NORM_OF_DIMS_METHOD
  x.norm({0});
#elif defined MAX_OF_TWO_DIMS
  max(x, 0, 1);
#elif defined SUM_OF_BOOL
  x.sum(true);
#elif defined MAX_OF_NOTHING
  max(x, {});
#elif defined MAX_OF_BOOL
  x.max(true);
#elif defined ARGMAX_OF_NOTHING
  argmax(x, {});
#elif defined CUMSUM_OF_NUMBER
  x.cumsum(1.5);
#elif defined SOFTMAX_OF_NOTHING
  softmax(x, {});
#elif defined TENSOR_OF_VARIABLE
  const Tensor t = x;
#elif defined TENSOR_ARGUMENT_OF_VARIABLE
  zeros(2).copy_(x);
#elif defined ZEROS_OF_FLOATING
  zeros(3.0);
#elif defined ZEROS_OF_BOOL
  zeros(true);
#elif defined ZEROS_OF_TWO_SIZES
  zeros(2, 3);
#elif defined RANDN_OF_THREE_SIZES
  randn(2, 3, 4);
#elif defined RESHAPE_OF_TWO_SIZES
  x.reshape(2, -1);
#elif defined PERMUTE_OF_TWO_DIMS
  x.value().permute(1, 0);
#elif defined AT_OF_TWO_INDICES
  x.value().at(0, 1);
#elif defined TENSOR_OF_WORDS
  tensor(std::vector<const char*>{"one"});
#elif defined WHERE_OF_WORD
  where(x, x, "0");
#elif defined ITEM_OF_UNSIGNED
  x.item<unsigned>();
#elif defined DATA_OF_INT
  x.value().data<int>();
#elif defined STD_ALONE
  std(x, 1);
#elif defined OWN_FUNCTION_OF_OUR_NAME
  using namespace mine;
  silu(x);
#elif defined IF_EQUAL
  if (x == x) return;
#elif defined IF_BOTH
  if (x > 0 && x < 1) return;
#elif defined EQUAL_AS_BOOL
  const bool is_equal = x == x.value();
#elif defined ASSIGN_TO_ROW
  x[0] = x;
#elif defined ASSIGN_TENSOR_TO_MASK
  x[x > 0] = x.value();
#elif defined ASSIGN_NUMBER_TO_PART
  x[{Slice(1, 3), 0}] = 1;
#elif defined ADD_TO_ROW
  x[0] += x;
#elif defined DIVIDE_MASK
  x[x > 0] /= 2;
#elif defined ASSIGN_NUMBER_TO_TENSOR
  Tensor t = x.value();
  t = 1;
#elif defined MASK_AMONG_SLICES
  x[{Slice(), x > 0}];
#elif defined INDEX_AMONG_SLICES
  x.value()[{Slice(), x}];
#elif defined INDEX_OF_BOOL
  x[true];
#elif defined INDEX_OF_FRACTION
  x.value()[1.5];
#elif defined SLICE_OF_BRACES
  x[{{1, 4}}];
#elif defined RULE_OF_TENSORS
  record("mine", x.value(), {x}, {}, [](const Replay& r) -> Gradients { return {r.grad().value()}; });
#elif defined FUSED_RULE_OF_TENSORS
  const auto kernel = [](const KernelReplay& r) -> KernelGradients { return {r.grad()}; };
  record("mine", x.value(), {x}, {}, fused(kernel, kernel));
#elif defined FUSED_KERNEL_OF_VARIABLES
  const auto rule = [](const Replay& r) -> Gradients { return {r.grad()}; };
  record("mine", x.value(), {x}, {}, fused(rule, rule));
#elif defined NO_GRAD_TEMPORARY
  NoGradGuard{};
#elif defined GRAD_MODE_TEMPORARY
  GradModeGuard(false);
#elif defined DEFAULT_DTYPE_TEMPORARY
  DefaultDtypeGuard{float64};
#elif defined ANOMALY_TEMPORARY
  AnomalyGuard{model};
#elif defined SCOPE_TEMPORARY
  nn::ForwardScope{model};
#elif defined CALL_OF_MODULE
  struct Twice : nn::Module {
    Variable forward(const Variable& x) const { return x + x; }
    void visit(nn::Visitor&) const override {}
  };
  Twice()(x);
#elif defined ANOMALY_DECLARED
  { AnomalyGuard(model); }
#endif
}
