#include <xgrad/core/ops/elementwise.hpp>

#include <map>
#include <mutex>
#include <set>
#include <string>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/base/fork_mutex.hpp>
#include <xgrad/core/kernels/formula.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/formula_gradient.hpp>
#include <xgrad/core/ops/recording.hpp>
#include <xgrad/core/ops/reduce.hpp>

namespace xgrad {

using kernels::Formula;

namespace {

// Guards the names and the gradients of all definitions.
ForkMutex& mutex() {
  static ForkMutex* const instance = new ForkMutex(ForkMutex::Level::formulas);
  return *instance;
}
[[maybe_unused]] const ForkMutex& made_at_load = mutex();  // before any thread forks

// Nodes keep the pointer to their op's name.
const char* keep_name(std::string_view name) {
  const std::lock_guard lock(mutex());
  static auto& names = *new std::set<std::string, std::less<>>;
  return names.emplace(name).first->c_str();
}

}  // namespace

class ElementwiseOp::Definition {
 public:
  Definition(std::string_view name, Formula formula)
      : name_(keep_name(name)), formula_(std::move(formula)), program_(formula_) {}

  const char* name() const { return name_; }
  std::size_t inputs() const { return static_cast<std::size_t>(formula_.inputs); }
  /// The results for the inputs, which are broadcast to the shape and converted to the dtype.
  std::vector<Tensor> run(std::vector<Tensor> inputs, const Shape& shape, DType dtype) const {
    for (Tensor& x : inputs) x = x.to(dtype);
    return program_.run(inputs, shape, dtype);
  }
  /// Of the same inputs and g = dL/dy, with the gradients of these inputs as results. Made when it is first
  /// asked for.
  std::shared_ptr<const Definition> gradient(const std::vector<int>& inputs) const {
    {
      const std::lock_guard lock(mutex());
      if (const auto found = gradients_.find(inputs); found != gradients_.end()) return found->second;
    }
    auto made =
        std::make_shared<const Definition>(std::string(name_) + "_backward", gradient_of(formula_, inputs));
    const std::lock_guard lock(mutex());
    return gradients_.try_emplace(inputs, std::move(made)).first->second;
  }

 private:
  const char* name_;
  Formula formula_;
  kernels::Program program_;
  mutable std::map<std::vector<int>, std::shared_ptr<const Definition>> gradients_;
};

ElementwiseOp::ElementwiseOp(std::string_view name, int inputs,
                             const std::function<Symbol(const Symbol*)>& formula) {
  Formula recorded;
  recorded.inputs = inputs;
  const Recording recording(recorded);
  std::vector<Symbol> symbols;
  for (int i = 0; i < inputs; ++i) symbols.push_back(input_symbol(i));
  recorded.outputs = {formula(symbols.data()).step()};
  definition_ = std::make_shared<Definition>(name, std::move(recorded));
}

namespace {

DType common_dtype(const char* op, const std::vector<Variable>& inputs) {
  DType dtype = inputs[0].dtype();
  for (const Variable& x : inputs) dtype = promote(op, dtype, x.dtype());
  return is_floating(dtype) ? dtype : get_default_dtype();
}

Shape common_shape(const char* op, const std::vector<Variable>& inputs) {
  Shape shape = inputs[0].shape();
  for (const Variable& x : inputs) shape = broadcast_shapes(op, shape, x.shape());
  return shape;
}

}  // namespace

Variable ElementwiseOp::apply(const std::vector<Variable>& inputs) const {
  const char* const op = definition_->name();
  check_defined(op, inputs);
  std::vector<Tensor> values;
  std::vector<Keep> keeps;
  for (const Variable& x : inputs) {
    values.push_back(x.value());
    keeps.emplace_back(x);
  }
  const Shape shape = common_shape(op, inputs);
  const Tensor y = definition_->run(std::move(values), shape, common_dtype(op, inputs))[0];

  const auto rule = [definition = definition_](const Replay& r) -> Gradients {
    Gradients gradients(definition->inputs());
    std::vector<Variable> arguments;  // of the gradient's formula
    for (std::size_t i = 0; i < gradients.size(); ++i) arguments.push_back(r.saved(i));
    arguments.push_back(r.grad());
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if (!r.wants(i)) continue;
      const ElementwiseOp gradient(definition->gradient({static_cast<int>(i)}));
      gradients[i] = sum_to(gradient.apply(arguments), r.input_shape(i));
    }
    return gradients;
  };
  const auto kernel = [definition = definition_](const KernelReplay& r) -> KernelGradients {
    KernelGradients gradients(definition->inputs());
    std::vector<Tensor> arguments;
    std::vector<int> wanted;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      arguments.push_back(r.saved(i));
      if (r.wants(i)) wanted.push_back(static_cast<int>(i));
    }
    arguments.push_back(r.grad());
    const Shape& shape = r.grad().shape();
    const std::vector<Tensor> results =
        definition->gradient(wanted)->run(std::move(arguments), shape, r.grad().dtype());
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const auto i = static_cast<std::size_t>(wanted[k]);
      gradients[i] = kernels::sum_to(results[k], r.input_shape(i));
    }
    return gradients;
  };
  return record(op, y, inputs, std::span<const Keep>(keeps), fused(rule, kernel));
}

}  // namespace xgrad
