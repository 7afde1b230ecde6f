#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

struct AnomalyOptions {
  bool infinities = true;  ///< false: only NaN is an anomaly, for programs that use −∞, as in a mask
};

/// Finds the op that made the first NaN or infinity. While a guard lives, every op of its thread looks at its
/// result, and `backward()` at every gradient that a rule or a hook returns. The first bad number throws a
/// `std::runtime_error` that names the node, its inputs with their shapes, and the nearest of the parameters
/// given to the guard. The ops inside a rule are not looked at: a rule may make an infinity and mask it out.
///
///     AnomalyGuard guard(model);
///     mse_loss(model(x), y).backward();
///
/// Guards may be nested, and may end in any order and in any thread. The newest living guard of a thread is
/// the one that looks. A guard reads every number once more, so it is for debugging, not for training.
class AnomalyGuard {
 public:
  using Names = std::vector<std::pair<std::string, Variable>>;

  [[nodiscard]] explicit AnomalyGuard(const AnomalyOptions& options = {}) { begin({}, options); }
  /// A template, so that braces mean options.
  template <std::same_as<Names> List>
  [[nodiscard]] explicit AnomalyGuard(List parameters, const AnomalyOptions& options = {}) {
    begin(std::move(parameters), options);
  }
  /// With the names of a module's parameters.
  template <class Model>
  requires requires(const Model& model) { model.named_parameters(); }
  [[nodiscard]] explicit AnomalyGuard(const Model& model, const AnomalyOptions& options = {}) {
    begin(model.named_parameters(), options);
  }
  AnomalyGuard(const AnomalyGuard&) = delete;
  AnomalyGuard& operator=(const AnomalyGuard&) = delete;

  const Names& parameters() const;
  const AnomalyOptions& options() const;

 private:
  class Scope;
  void begin(Names parameters, const AnomalyOptions& options);
  std::shared_ptr<Scope> scope_;
};

}  // namespace xgrad
