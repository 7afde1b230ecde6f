#include <xgrad/core/kernels/formula.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

bool Step::operator==(const Step& other) const {
  const auto bits = [](double x) { return bit_cast<std::uint64_t>(x); };  // −0 is not 0, NaN is NaN
  return kind == other.kind && which == other.which && bits(number) == bits(other.number) &&
         std::equal(std::begin(operands), std::end(operands), std::begin(other.operands));
}

std::size_t StepHash::operator()(const Step& step) const {
  std::size_t hash = std::hash<double>()(step.number);
  for (const int part :
       {static_cast<int>(step.kind), step.which, step.operands[0], step.operands[1], step.operands[2]})
    hash = hash * 31 + static_cast<std::size_t>(part);
  return hash;
}

int Formula::add(const Step& step) {
  const auto [place, is_new] = places.try_emplace(step, static_cast<int>(steps.size()));
  if (is_new) steps.push_back(step);
  return place->second;
}

Program::Program(const Formula& formula) {
  take_needed_steps(formula);
  assign_slots();
  std::int64_t cost = 1;  // in simple operations for each element
  for (const Value& value : values_) {
    const Step& step = value.step;
    const bool is_slow = (step.kind == Step::Kind::unary && costs_exp(static_cast<Unary>(step.which))) ||
                         (step.kind == Step::Kind::binary && costs_exp(static_cast<Binary>(step.which)));
    if (operand_count(step.kind) > 0) cost += is_slow ? parallel_grain / exp_grain : 1;
  }
  grain_ = std::max<std::int64_t>(1, parallel_grain / cost);
}

// The steps that the outputs need, in their order.
void Program::take_needed_steps(const Formula& formula) {
  std::vector<bool> is_needed(formula.steps.size());
  for (const int output : formula.outputs) is_needed[static_cast<std::size_t>(output)] = true;
  for (std::size_t s = formula.steps.size(); s-- > 0;) {
    if (!is_needed[s]) continue;
    for (const int operand : formula.steps[s].operands) {
      if (operand >= 0) is_needed[static_cast<std::size_t>(operand)] = true;
    }
  }
  std::vector<int> place(formula.steps.size(), -1);  // of a step in values_
  for (std::size_t s = 0; s < formula.steps.size(); ++s) {
    if (!is_needed[s]) continue;
    place[s] = static_cast<int>(values_.size());
    values_.push_back({formula.steps[s]});
    for (int& operand : values_.back().step.operands) {
      if (operand >= 0) operand = place[static_cast<std::size_t>(operand)];
    }
  }
  for (const int output : formula.outputs) outputs_.push_back(place[static_cast<std::size_t>(output)]);
}

// The result of a function takes the first slot whose value has had its last use; that may be this function's
// own operand, since a row function may write over an operand. Inputs and numbers take slots of their own: a
// number is written there once, and stays for all blocks. Outputs need no slot.
void Program::assign_slots() {
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    Value& value = values_[static_cast<std::size_t>(outputs_[k])];
    if (operand_count(value.step.kind) > 0 && value.output < 0) value.output = static_cast<int>(k);
  }
  std::vector<std::size_t> last_use(values_.size());
  for (std::size_t v = 0; v < values_.size(); ++v) {
    for (const int operand : values_[v].step.operands) {
      if (operand >= 0) last_use[static_cast<std::size_t>(operand)] = v;
    }
  }
  constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> free_from;  // of each slot: the first value that may take it over
  for (std::size_t v = 0; v < values_.size(); ++v) {
    Value& value = values_[v];
    if (value.output >= 0) continue;
    const bool is_function = operand_count(value.step.kind) > 0;
    std::size_t slot = 0;
    while (slot < free_from.size() && !(is_function && free_from[slot] <= v)) ++slot;
    if (slot == free_from.size()) free_from.push_back(never);
    if (is_function) free_from[slot] = last_use[v];
    value.slot = static_cast<int>(slot);
  }
  slots_ = static_cast<int>(free_from.size());
}

namespace {

// The elements [begin, begin + n) of x, expanded to a shape, in row-major order.
template <class T>
void copy_range(const Tensor& x, std::int64_t begin, std::int64_t n, T* to) {
  const Shape& shape = x.shape();
  const int last = shape.dim() - 1;
  Shape index = unravel_index(begin, shape);
  while (n > 0) {
    const T* from = raw<T>(x) + offset_of(index, x.strides());
    const std::int64_t count = std::min(n, shape[last] - index[last]), step = x.strides()[last];
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * step];
    to += count;
    n -= count;
    index[last] += count;
    for (int d = last; d > 0 && index[d] == shape[d]; --d) {
      index[d] = 0;
      ++index[d - 1];
    }
  }
}

bool is_one_number(const Tensor& expanded) {
  for (int d = 0; d < expanded.dim(); ++d) {
    if (expanded.shape()[d] > 1 && expanded.strides()[d] != 0) return false;
  }
  return true;
}

// Small enough that the blocks of a formula's values stay in the first cache, and long enough that the call
// of a row function costs little.
constexpr std::int64_t block_bytes = 2048;

}  // namespace

// The evaluation of a part of the elements, block by block.
template <class T>
class Program::Evaluation {
 public:
  static constexpr std::int64_t block = block_bytes / static_cast<std::int64_t>(sizeof(T));

  Evaluation(const Program& program, std::span<const Tensor> inputs, const std::vector<Tensor>& outputs)
      : program_(program),
        inputs_(inputs),
        outputs_(outputs),
        slots_(empty({program.slots_, block}, dtype_of<T>())),
        at_(program.values_.size()),
        is_number_(program.values_.size()) {
    for (std::size_t v = 0; v < at_.size(); ++v) {
      const Value& value = program_.values_[v];
      if (value.slot >= 0) at_[v] = raw<T>(slots_) + value.slot * block;
      if (value.step.kind == Step::Kind::number) fill(v, static_cast<T>(value.step.number));
      if (value.step.kind != Step::Kind::input) continue;
      const Tensor& x = inputs_[static_cast<std::size_t>(value.step.which)];
      if (is_one_number(x)) fill(v, *raw<T>(x));
    }
  }

  void run(std::int64_t begin, std::int64_t end) {
    for (; begin < end; begin += block) run_block(begin, std::min(block, end - begin));
  }

 private:
  void fill(std::size_t v, T number) {
    is_number_[v] = true;
    std::fill_n(at_[v], block, number);
  }

  void run_block(std::int64_t begin, std::int64_t n) {
    for (std::size_t v = 0; v < at_.size(); ++v) {
      const Value& value = program_.values_[v];
      if (value.step.kind == Step::Kind::input && !is_number_[v]) {
        const Tensor& x = inputs_[static_cast<std::size_t>(value.step.which)];
        if (x.is_contiguous()) {
          at_[v] = raw<T>(x) + begin;
        } else {
          copy_range<T>(x, begin, n, at_[v]);
        }
      }
      if (value.output >= 0) at_[v] = raw<T>(outputs_[static_cast<std::size_t>(value.output)]) + begin;
      if (operand_count(value.step.kind) > 0) call(value.step, at_[v], n);
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k) {  // an input, a number or a value that is two results
      const T* from = at_[static_cast<std::size_t>(program_.outputs_[k])];
      T* to = raw<T>(outputs_[k]) + begin;
      if (from != to) std::copy_n(from, n, to);
    }
  }

  void call(const Step& step, T* y, std::int64_t n) const {
    const auto operand = [&](int i) { return at_[static_cast<std::size_t>(step.operands[i])]; };
    // 0 for a number, if the row function takes one here.
    const auto step_of = [&](int i) {
      return std::int64_t{is_number_[static_cast<std::size_t>(step.operands[i])] ? 0 : 1};
    };
    if (step.kind == Step::Kind::unary) {
      unary_.of[step.which](operand(0), y, n, T(0), T(0));
    } else if (step.kind == Step::Kind::binary) {
      const bool has_number = takes_numbers(static_cast<Binary>(step.which)) && step_of(0) + step_of(1) == 1;
      binary_.of[step.which](operand(0), has_number ? step_of(0) : 1, operand(1), has_number ? step_of(1) : 1,
                             y, n, T(0), T(0));
    } else {
      choose_.choose(operand(0), operand(1), step_of(1), operand(2), step_of(2), y, n);
    }
  }

  const Program& program_;
  const std::span<const Tensor> inputs_;
  const std::vector<Tensor>& outputs_;
  const Tensor slots_;
  std::vector<T*> at_;           // of each value: the block at hand
  std::vector<bool> is_number_;  // the same value for all elements
  const UnaryRows<T>& unary_ = rows<UnaryRows<T>>();
  const BinaryRows<T>& binary_ = rows<BinaryRows<T>>();
  const ChooseRows<T>& choose_ = rows<ChooseRows<T>>();
};

std::vector<Tensor> Program::run(std::span<const Tensor> inputs, const Shape& shape, DType dtype) const {
  std::vector<Tensor> expanded, outputs;
  for (const Tensor& x : inputs) expanded.push_back(x.expand(shape));
  for (std::size_t k = 0; k < outputs_.size(); ++k) outputs.push_back(empty(shape, dtype));
  const auto run_as = [&]<class T>() {
    parallel_for(shape.numel(), grain_, [&](std::int64_t begin, std::int64_t end) {
      Evaluation<T>(*this, expanded, outputs).run(begin, end);
    });
  };
  dtype == float32 ? run_as.template operator()<float>() : run_as.template operator()<double>();
  return outputs;
}

}  // namespace xgrad::kernels
