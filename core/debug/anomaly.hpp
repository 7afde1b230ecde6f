#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/input_watch.hpp>
#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

template <class T>
class GradientList;
using Gradients = GradientList<Variable>;
class Inputs;

struct AnomalyOptions {
  bool infinities = true;  ///< off: only NaN is an anomaly, for programs where −∞ is meant, as in a mask
};

/// Finds the op that made the first NaN or infinity. While it lives, in this thread, every op looks at its
/// result and `backward()` at every gradient that a rule or a hook returns; the first bad number is a
/// `std::runtime_error` that names the node, its inputs with their shapes, and the nearest of the parameters
/// that it was given.
///
///     AnomalyGuard guard(model);
///     mse_loss(model(x), y).backward();
///
/// Guards may be nested, and end in any order and in any thread: of those alive, the one that this thread
/// began last is asked. It reads every number once more: for looking, not for training.
class AnomalyGuard {
 public:
  using Names = std::vector<std::pair<std::string, Variable>>;

  [[nodiscard]] explicit AnomalyGuard(const AnomalyOptions& options = {}) { begin({}, options); }
  /// A template, as braces are then options.
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
  ~AnomalyGuard();
  AnomalyGuard(const AnomalyGuard&) = delete;
  AnomalyGuard& operator=(const AnomalyGuard&) = delete;

  const Names& parameters() const { return scope_->parameters; }
  const AnomalyOptions& options() const { return scope_->options; }

  /// What the thread that began it looks at for as long as the guard lives.
  struct Scope {
    Names parameters;
    AnomalyOptions options;
  };

 private:
  void begin(Names parameters, const AnomalyOptions& options);
  std::shared_ptr<Scope> scope_;
};

/// What `record` and the replay ask. Without a guard anywhere, or a watch, that is two loads and one branch.
namespace anomaly {

extern std::atomic<int> guards;  // alive, in all threads
inline bool may_be_guarded() { return guards.load(std::memory_order_relaxed) != 0 || InputWatch::is_any(); }

/// Throws if this thread is guarded, no tape is being replayed in it, and the result holds an anomaly. Shows
/// the inputs to those who watch.
void check_result(const char* op, const Variable& result, const Inputs& inputs);
/// The same of the gradients that the rule of `node` made of `given`, and of what a hook on it made.
void check_gradients(const Node& node, const Variable& given, Gradients& gradients);
void check_hook(const Node& node, const Variable& given, const Variable& made);

/// While a tape is replayed, what a rule's ops make in between is its own affair: an infinity that is masked
/// out again is no anomaly.
class ReplayScope {
 public:
  [[nodiscard]] ReplayScope();
  ~ReplayScope();
  ReplayScope(const ReplayScope&) = delete;
  ReplayScope& operator=(const ReplayScope&) = delete;

 private:
  bool outer_;
};

}  // namespace anomaly
}  // namespace xgrad
