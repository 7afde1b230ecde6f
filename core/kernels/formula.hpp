#pragma once

// A formula of single elements as a list of steps, and its evaluation for all elements of Tensors.

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include <xgrad/core/rows/elementwise.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// One step of a formula: an input, a number, or a function of earlier steps.
struct Step {
  enum class Kind { input, number, unary, binary, choose };
  Kind kind;
  int which = 0;                   ///< of an input: its place; of a function: the Unary or Binary
  int operands[3] = {-1, -1, -1};  ///< earlier steps
  double number = 0;

  bool operator==(const Step& other) const;
};
constexpr int operand_count(Step::Kind kind) {
  return kind == Step::Kind::unary ? 1 : kind == Step::Kind::binary ? 2 : kind == Step::Kind::choose ? 3 : 0;
}

struct StepHash {
  std::size_t operator()(const Step& step) const;
};

/// A formula of single elements: what `elementwise` records, and what formula_gradient.cpp differentiates. A
/// step is named by its place in `steps`.
struct Formula {
  int inputs = 0;
  std::vector<Step> steps;                         ///< each after its operands
  std::vector<int> outputs;                        ///< the steps that are results
  std::unordered_map<Step, int, StepHash> places;  ///< of the steps

  /// Appends a step, unless an equal one is there. Returns its place.
  int add(const Step& step);
};

/// A formula made ready to be evaluated. It runs on blocks of elements, each step on a whole block before the
/// next step; a slot is the memory of one block. A few slots serve all steps, and stay in the first cache.
class Program {
 public:
  explicit Program(const Formula& formula);

  /// The results, each new, contiguous and of this shape. Every input has this floating dtype, and is
  /// broadcast to the shape.
  std::vector<Tensor> run(std::span<const Tensor> inputs, const Shape& shape, DType dtype) const;

 private:
  template <class T>
  class Evaluation;
  void take_needed_steps(const Formula& formula);
  void assign_slots();

  // A value is named by its place in `values_`.
  struct Value {
    Step step;        // operands are places in values_
    int slot = -1;    // -1: it is written to an output's own memory
    int output = -1;  // its place in outputs_, if it is written there
  };
  std::vector<Value> values_;
  std::vector<int> outputs_;  // places in values_
  int slots_ = 0;
  std::int64_t grain_ = 0;
};

}  // namespace xgrad::kernels
