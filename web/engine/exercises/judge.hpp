#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "../json_tensor.hpp"

namespace xgrad::web {

/// A Tensor that an answer is tried on.
struct Input {
  std::string name;
  Tensor value;
};

/// What is wrong with an answer.
struct Problem : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Tries an answer: runs checks and keeps what each of them says. A check that throws has failed, and the
/// text of its error is what it says: an error of the library is shown as it is.
class Judge {
 public:
  /// The gradients of f agree with small steps: the library's gradcheck, in float64.
  void gradients(const std::string& name, const std::vector<Input>& inputs, const GradcheckFunction& f);

  /// The result equals the expected one: its shape, and each number to 1e-5 · max(1, |expected|). `what` says
  /// where the expected one comes from.
  void equal(const std::string& name, const std::vector<Input>& inputs,
             const std::function<Variable()>& yours, const Tensor& expected, const std::string& what);

  /// Anything else: the check returns what it has seen, or throws a Problem.
  void that(const std::string& name, const std::vector<Input>& inputs,
            const std::function<std::string()>& check);

  bool is_right() const { return right_; }

  /// The checks in their order:
  ///   {"name", "ok", "message", "inputs": [{"name", "tensor"}]}, and where two Tensors were compared and
  ///   differ: "compared": {"name", "sides": [{"label", "tensor"}, ...], "wrong": a boolean Tensor}.
  const Json& checks() const { return checks_; }

 private:
  void run(const std::string& name, const std::vector<Input>& inputs,
           const std::function<std::string(Json& check)>& body);

  bool right_ = true;
  Json checks_ = Json::array();
};

/// Normal numbers, rounded to two decimals so that they can be read; float64. A seed gives the same ones
/// everywhere.
Tensor sample(const Shape& shape, std::uint64_t seed);

}  // namespace xgrad::web
