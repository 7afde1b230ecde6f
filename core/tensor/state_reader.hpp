#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad {

/// Reads a state dict, for a `load_state_dict`, and collects all that is wrong with it in one error. What is
/// wrong reads as 0 or as an undefined Tensor until `finish` throws.
///
///     StateReader reader(state);
///     const std::int64_t step = reader.integer("step");
///     const Tensor mean = reader.tensor("mean", mean_.shape(), mean_.dtype());
///     reader.finish("the state does not fit the averages");
///     step_ = step;  // from here on nothing throws
///     mean_ = mean;
class StateReader {
 public:
  explicit StateReader(const NamedTensors& state);

  /// Whether a name that nothing has read yet begins so.
  bool has(std::string_view prefix) const;
  /// A copy, contiguous, of the Tensor with this name, shape and dtype.
  Tensor tensor(const std::string& name, const Shape& shape, DType dtype);
  double number(const std::string& name);         ///< 0-d, float64
  std::int64_t integer(const std::string& name);  ///< 0-d, int64
  bool flag(const std::string& name);             ///< 0-d, boolean

  /// Adds a problem of the caller's, such as a number out of range.
  void problem(const std::string& text);
  /// Throws `std::invalid_argument` that begins with `what`, and names every missing, unexpected, repeated
  /// and undefined entry, every wrong shape and dtype, and the caller's problems, one a line.
  void finish(std::string_view what) const;

 private:
  std::map<std::string, Tensor> entries_;
  std::string problems_;
};

}  // namespace xgrad
