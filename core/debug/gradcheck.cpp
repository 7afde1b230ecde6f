#include <xgrad/core/debug/gradcheck.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/debug/gradcheck_compare.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

// A float64 copy with the strides and the offset of x, so that an op is checked on the layout it was given.
// The gaps are NaN, which shows an op that reads one.
Tensor copy_with_layout(const Tensor& x) {
  if (x.overlaps_itself() || x.numel() == 0) return full(x.shape(), 0, float64).copy_(x);
  std::int64_t last = x.offset();
  for (int i = 0; i < x.dim(); ++i) last += (x.size(i) - 1) * x.strides()[i];
  const Tensor memory = full({last + 1}, std::numeric_limits<double>::quiet_NaN(), float64);
  return Tensor(memory.storage(), x.shape(), x.strides(), x.offset(), float64).copy_(x);
}

std::string input_name(std::size_t i) { return "input " + std::to_string(i); }

// The index of the first NaN or infinity.
std::optional<Shape> first_not_finite(const Tensor& x) {
  const std::vector<double> values = x.to_vector<double>();
  const auto at = std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
  if (at == values.end()) return {};
  return unravel_index(at - values.begin(), x.shape());
}

void check_argument(const std::string& name, const Variable& x) {
  if (!x.defined()) fail("gradcheck", name, " is undefined");
  if (!is_floating(x.dtype())) return;
  if (const auto at = first_not_finite(x.value()))
    fail("gradcheck", name, " of shape ", x.shape(), " is not finite at ", *at);
}

}  // namespace

GradcheckResult GradcheckResult::failed(std::string message, std::optional<GradcheckMismatch> mismatch) {
  GradcheckResult result;
  result.message_ = std::move(message);
  result.mismatch_ = std::move(mismatch);
  return result;
}

// Makes leaves float64 as long as it lives. Each leaf takes a new state and gets its old one back in the end,
// with its value, its gradient and its place in graphs recorded before.
class Promotion {
 public:
  Promotion() = default;
  Promotion(const Promotion&) = delete;
  Promotion& operator=(const Promotion&) = delete;
  ~Promotion() {
    for (std::size_t i = before_.size(); i-- > 0;) *leaves_[i].state_ = std::move(before_[i]);
  }

  void promote(const Variable& leaf) {
    const Variable promoted(copy_with_layout(leaf.value()), leaf.requires_grad());
    leaves_.push_back(leaf);
    before_.push_back(*leaf.state_);
    *leaf.state_ = *promoted.state_;
  }

  bool has(const Variable& leaf) const {
    return std::any_of(leaves_.begin(), leaves_.end(),
                       [&](const Variable& other) { return other.state_ == leaf.state_; });
  }

 private:
  std::vector<Variable> leaves_;
  std::vector<Variable::State> before_;
};

namespace {

// Ends the check of an f whose gradients cannot be checked: throws the failed result.
template <class... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
  throw GradcheckResult::failed(error_text("gradcheck", parts...));
}

// Throws the current error again. If its text names both float32 and float64, advice is added: gradcheck has
// made the inputs float64, and f has read something that is float32.
template <class Error>
[[noreturn]] void rethrow_with_advice(const Error& error) {
  const std::string text = error.what();
  const auto says = [&text](DType dtype) { return text.find(name(dtype)) != std::string::npos; };
  if (!says(float32) || !says(float64)) throw;
  throw Error(text +
              "; gradcheck has made the inputs float64, and whatever else f reads must be float64 too: "
              "give gradcheck the module itself, with every member named in visit(), or list the leaves, "
              "and make constants inside the function");
}

Variable checked_result(const Variable& y) {
  if (!y.defined()) refuse("f returned an undefined Variable");
  if (!is_floating(y.dtype())) refuse("f returned ", y.dtype(), ", which has no gradient");
  if (y.dtype() != float64) {
    refuse("f returned ", y.dtype(), " for float64 inputs: too coarse for differences; leave out the to()");
  }
  return y;
}

// Only the results at the inputs must be finite: a difference may step over the edge of f's domain.
void check_finite(const std::string& name, const Variable& y) {
  if (const auto at = first_not_finite(y.value()))
    refuse(name, " of shape ", y.shape(), " is not finite at ", *at);
}

// The gradients of y; they can be differentiated again.
std::vector<Variable> gradients_of(const Variable& y, const Variable& grad_output,
                                   const std::vector<NamedVariable>& leaves) {
  std::vector<Variable> wanted, gradients(leaves.size());
  for (const NamedVariable& leaf : leaves) wanted.push_back(leaf.variable);
  if (y.requires_grad()) {
    gradients =
        grad({y}, wanted, {.grad_outputs = {grad_output}, .create_graph = true, .allow_unused = true});
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = zeros(wanted[i].shape(), float64);
  }
  return gradients;
}

}  // namespace

GradcheckResult gradcheck(const GradcheckFunction& f, const std::vector<Variable>& inputs,
                          const GradcheckOptions& options, const std::vector<NamedVariable>& leaves) {
  if (!f) fail("gradcheck", "the function is empty");
  if (options.order != 1 && options.order != 2) fail("gradcheck", "order ", options.order, " is not 1 or 2");
  if (mixed_precision()) {
    fail("gradcheck",
         "MixedPrecision is on: numbers rounded to bfloat16 are too coarse for differences; call "
         "gradcheck outside of its block");
  }
  for (const NamedVariable& leaf : leaves) {
    // A Variable without a gradient is not moved: it may be no leaf, and may hold −∞, as a mask in a buffer
    // does.
    if (leaf.variable.defined() && !leaf.variable.requires_grad()) continue;
    check_argument(leaf.name, leaf.variable);
    if (!leaf.variable.is_leaf()) fail("gradcheck", leaf.name, " is the result of an op, not a leaf");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) check_argument(input_name(i), inputs[i]);

  const GradModeGuard record(true);
  const DefaultDtypeGuard default_dtype(float64);
  Promotion promotion;
  std::vector<NamedVariable> checked;  // moved by the differences
  std::vector<Variable> arguments;     // of f
  for (const NamedVariable& leaf : leaves) {
    if (!is_floating(leaf.variable.dtype()) || promotion.has(leaf.variable)) continue;
    promotion.promote(leaf.variable);
    if (leaf.variable.requires_grad()) checked.push_back(leaf);
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Variable& input = inputs[i];
    if (!is_floating(input.dtype()) || promotion.has(input)) {
      arguments.push_back(input);
    } else {
      arguments.emplace_back(copy_with_layout(input.value()), true);
      checked.push_back({input_name(i), arguments.back()});
    }
  }
  if (checked.empty()) fail("gradcheck", "none of the ", inputs.size(), " inputs is floating");

  Generator random(20240607);  // the default Generator must not advance
  try {
    const Variable y = checked_result(f(arguments));
    check_finite("f's result", y);
    if (options.order == 1) {
      const auto value = [&] { return std::vector<Variable>{checked_result(f(arguments))}; };
      return compare_gradients(value, checked, options, random);
    }
    // The gradient is a function of the inputs and of dL/d(output); it is linear in the latter.
    const Variable grad_output(random_weights(y.shape(), random), true);
    const std::vector<NamedVariable> first = checked;
    const auto value = [&] { return gradients_of(checked_result(f(arguments)), grad_output, first); };
    const std::vector<Variable> gradients = value();
    for (std::size_t i = 0; i < first.size(); ++i)
      check_finite("the gradient of " + first[i].name, gradients[i]);
    checked.push_back({"the output's gradient", grad_output});
    return compare_gradients(value, checked, options, random);
  } catch (const GradcheckResult& refusal) {
    return refusal;
  } catch (const std::invalid_argument& error) {
    rethrow_with_advice(error);
  } catch (const std::runtime_error& error) {
    rethrow_with_advice(error);
  }
}

}  // namespace xgrad
