#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/io/safetensors.hpp>

namespace xgrad::nn {

class Module;

/// The argument of `visit`: `visitor("weight", weight)("bias", bias).buffer("mean", mean)`. A parameter is
/// trained, unless it is frozen. A buffer, a Variable without a gradient, is saved and not trained.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual Visitor& operator()(std::string_view name, const Variable& parameter) = 0;
  virtual Visitor& operator()(std::string_view name, const Module& child) = 0;
  virtual Visitor& buffer(std::string_view name, const Variable& buffer) = 0;

  // A Tensor would become a temporary Variable, and `to` could not change the member.
  void operator()(std::string_view, const Tensor&) = delete;  // hold it as a Variable, named by v.buffer(...)
  void buffer(std::string_view, const Tensor&) = delete;      // hold it as a Variable, named by v.buffer(...)
};

using NamedParameters = std::vector<std::pair<std::string, Variable>>;
using NamedBuffers = NamedParameters;

/// A function with parameters. A module of your own holds its parameters, buffers and children as plain
/// members and names them once, in `visit`. Names, counts, state dicts, training mode and dtype changes all
/// derive from that one list. It computes in `forward` and is called like a function (see `Callable`):
///
///     struct Scaled : nn::Callable<Scaled> {
///       nn::Linear linear{4, 2};
///       Variable scale{ones({2}), /*requires_grad=*/true};
///       Variable forward(const Variable& x) const { return linear(x) * scale; }
///       void visit(nn::Visitor& v) const override { v("linear", linear)("scale", scale); }
///     };
///
/// Modules can be moved, not copied: a copy would share its parameters with the original. A module that was
/// moved from has no parameters left: destroy it or assign to it, nothing else.
class Module {
 public:
  Module() = default;
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;
  virtual ~Module() = default;

  /// Names the members, in the order of construction. Undefined Variables are skipped. The functions that
  /// list parameters or buffers throw `std::invalid_argument` if two members have one name, if a name is
  /// empty or has a dot or a blank, or if a buffer requires a gradient.
  virtual void visit(Visitor& visitor) const = 0;

  /// Calls a module of any type. Throws if it does not take one Variable.
  Variable forward(const Variable& x) const;
  template <class... Args>
  void operator()(Args&&...) const = delete;  // a module that is called must derive from nn::Callable<Self>

  /// Parameters, also frozen ones, under dotted names such as `blocks.0.attention.W_q.weight`. A shared one
  /// comes once, under its first name.
  NamedParameters named_parameters() const;
  NamedBuffers named_buffers() const;
  std::vector<Variable> parameters() const;
  std::int64_t num_parameters() const;  ///< the number of their elements
  void zero_grad() const;               ///< drops every parameter's gradient

  /// Here and in all children: switches dropout on, and batch norms to the statistics of the batch.
  void train(bool training = true);
  void eval() { train(false); }  ///< switches dropout off, and batch norms to their running statistics
  bool is_training() const { return training_; }
  /// Converts every floating or bfloat16 parameter and buffer to float32 or float64, in place, so that other
  /// handles see it. Drops gradients of another dtype. Integer and boolean buffers stay.
  void to(DType dtype);

  /// The value of every parameter and buffer under every name it has. The Tensors share memory with them.
  NamedTensors state_dict() const;  // this one and the next three: state_dict.cpp
  /// Copies values into parameters and buffers, in place, and converts dtypes. A shared one needs only one of
  /// its names; values under several must be equal, bit for bit. One `std::invalid_argument` names every
  /// missing, unexpected or repeated key, every undefined Tensor, wrong shape and contradiction; then nothing
  /// has changed.
  void load_state_dict(const NamedTensors& state) const;
  /// Writes the state dict as safetensors, see `save_safetensors`. A shared parameter is written under each
  /// of its names, as in PyTorch's `state_dict()`. In Python, read the file with `load_file` and
  /// `model.load_state_dict`; `load_model` expects the single name that `save_model` writes.
  void save(const std::filesystem::path& path) const;
  /// Reads the state dict from such a file, or from the part "model" of a checkpoint. Throws
  /// `std::runtime_error` if the module names a tensor that this library cannot read (see
  /// `load_safetensors`).
  void load(const std::filesystem::path& path) const;

  std::string type_name() const;  ///< "xgrad::nn::Linear"
  /// Printed beside the members, such as "num_heads=4".
  virtual std::string extra_repr() const { return {}; }

 protected:
  virtual Variable forward_one(const Variable& x) const;  // throws; Callable implements it

 private:
  friend class EvalGuard;
  void set_training(bool training) const;

  // Mutable, since train() reaches the children through the const `visit`.
  mutable bool training_ = true;
};

/// Prints the tree below a module: types, shapes, and how many parameters each part adds. A shared parameter
/// counts where it comes first. Buffers do not count.
///
///     FeedForward(                                    552
///       (expand): Linear(weight (32, 8), bias (32,))  288
///       (project): Linear(weight (8, 32), bias (8,))  264
///       (dropout): Dropout(p=0)
///     )
///     552 parameters
std::ostream& operator<<(std::ostream& out, const Module& module);  // module_print.cpp

}  // namespace xgrad::nn
