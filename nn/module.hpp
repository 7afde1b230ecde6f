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

/// What a module's `visit` is called with: `visitor("weight", weight)("bias", bias).buffer("mean", mean)`.
/// A parameter is trained, unless it is frozen; a buffer, a Variable without a gradient, is kept and not
/// trained.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual Visitor& operator()(std::string_view name, const Variable& parameter) = 0;
  virtual Visitor& operator()(std::string_view name, const Module& child) = 0;
  virtual Visitor& buffer(std::string_view name, const Variable& buffer) = 0;

  // A Tensor would become a temporary Variable, and `to` would not reach the member.
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

  /// Names the members, in the order of construction. Undefined Variables are passed over. The first question
  /// for parameters throws `std::invalid_argument` if two members have one name, if a name is empty or has a
  /// dot or a blank, or if a buffer requires a gradient.
  virtual void visit(Visitor& visitor) const = 0;

  /// Calls a module of any type. Throws if it does not take one Variable.
  Variable forward(const Variable& x) const;

  /// Parameters, frozen ones included, under dotted names such as `blocks.0.attention.W_q.weight`; one shared
  /// by several places comes once.
  NamedParameters named_parameters() const;
  NamedBuffers named_buffers() const;  ///< the same of buffers
  std::vector<Variable> parameters() const;
  std::int64_t num_parameters() const;  ///< how many numbers they hold
  void zero_grad() const;               ///< drops every parameter's gradient

  void train(bool training = true);  ///< dropout drops
  void eval() { train(false); }      ///< dropout is the identity
  bool is_training() const { return training_; }
  /// Converts every floating parameter and buffer, in all its handles, to float32 or float64; gradients of
  /// another dtype are dropped. Integer and boolean ones stay.
  void to(DType dtype);

  /// The value of every parameter and buffer under every name it has. The Tensors share memory with them.
  NamedTensors state_dict() const;  // state_dict.cpp, and so are the next three
  /// Copies values into parameters and buffers, in place, converting dtypes. Of a shared one any of its names
  /// will do; values under several must be the same, bit for bit. Every missing, unexpected or repeated key,
  /// every undefined Tensor, wrong shape and contradiction is named in one `std::invalid_argument`, and then
  /// nothing has been changed.
  void load_state_dict(const NamedTensors& state) const;
  /// The state dict as safetensors, see `save_safetensors`. A shared parameter is written under each of its
  /// names, as PyTorch's `state_dict()` has it: of Python's two loaders `load_file` gives what
  /// `model.load_state_dict` asks for. `load_model` is for what `save_model` wrote, which keeps one name.
  void save(const std::filesystem::path& path) const;
  /// The state dict from such a file. A tensor that this library cannot read (see `load_safetensors`) matters
  /// only where the module names it: `std::runtime_error`.
  void load(const std::filesystem::path& path) const;

  std::string type_name() const;  ///< "xgrad::nn::Linear"
  /// What printing tells of a module besides its members, such as "num_heads=4".
  virtual std::string extra_repr() const { return {}; }

 protected:
  virtual Variable forward_one(const Variable& x) const;  // throws; Callable implements it

 private:
  void set_training(bool training) const;

  // Mutable so that one const `visit` serves reading and train() alike.
  mutable bool training_ = true;
};

/// The tree below a module: types, shapes, and how many parameters each part adds; a shared parameter counts
/// where it comes first, and buffers do not count.
///
///     FeedForward(                                    552
///       (expand): Linear(weight (32, 8), bias (32,))  288
///       (project): Linear(weight (8, 32), bias (8,))  264
///       (dropout): Dropout(p=0)
///     )
///     552 parameters
std::ostream& operator<<(std::ostream& out, const Module& module);  // module_print.cpp

}  // namespace xgrad::nn
