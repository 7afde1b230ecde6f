#pragma once

// The tape. Every op on Variables calls `record`, which appends one Node. `backward()` replays the nodes
// newest first.
//
// An output owns its inputs, and a node owns exactly what it saved. So a dropped loss frees its graph, and
// there are no cycles: a rule that needs its own output says `keeps_output`; the node then keeps that Tensor
// (not the Variable), and the engine hands it back at replay.

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include <xgrad/core/anomaly.hpp>
#include <xgrad/core/hooks.hpp>
#include <xgrad/core/pool.hpp>
#include <xgrad/core/variable.hpp>

namespace xgrad {

class Replay;

inline const Variable nothing;

/// One gradient per input, in the inputs' order; `nothing` where none is wanted or it is zero. Made as
/// `{dx}`, as `{dx, dw}`, from a vector, or by size and then filled in.
class Gradients {
 public:
  template <class... Each>
  requires(std::convertible_to<Each, Variable>&&...) Gradients(Each&&... each) : Gradients(sizeof...(each)) {
    [[maybe_unused]] Variable* next = begin();
    ((*next++ = std::forward<Each>(each)), ...);
  }
  Gradients(std::vector<Variable> many) : size_(many.size()), many_(std::move(many)) {}
  explicit Gradients(std::size_t size) : size_(size) {
    if (size > few_.size()) many_.resize(size);
  }

  std::size_t size() const { return size_; }
  Variable* begin() { return many_.empty() ? few_.data() : many_.data(); }
  Variable* end() { return begin() + size_; }
  Variable& operator[](std::size_t i) { return begin()[i]; }

 private:
  std::size_t size_;
  std::array<Variable, 3> few_;  // most ops have no more inputs, and these ask for no memory
  std::vector<Variable> many_;
};

/// An op's derivative: from dL/d(output) to dL/d(input) for each input, written with ordinary ops on
/// Variables.
using Rule = std::function<Gradients(const Replay&)>;

/// A value kept for the rule: its Tensor, the node that made it, and the version it had.
struct Saved {
  Tensor value;
  std::shared_ptr<Node> node;
  std::uint32_t version = 0;
};

/// One entry of the tape: what was done (`op`), to what (`inputs`), what it kept, and how to go back
/// (`rule`).
class Node : public std::enable_shared_from_this<Node> {
 public:
  using List = std::vector<std::shared_ptr<Node>, PoolAllocator<std::shared_ptr<Node>>>;

  Node(const char* op, const Tensor& output);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  std::uint64_t id() const { return id_; }  ///< counts up: an op's inputs always have smaller ids than the op
  const char* op() const { return op_; }    ///< "leaf" for a leaf
  const Shape& shape() const { return shape_; }  ///< of the output
  DType dtype() const { return dtype_; }
  bool is_leaf() const { return body_.inputs.empty(); }
  bool was_replayed() const { return phase_ == Phase::replayed; }
  /// The nodes of the inputs, null for an input that wants no gradient.
  const List& inputs() const { return body_.inputs; }
  std::size_t saved_bytes() const;  ///< what the saved values hold in memory, views counted by what they show

 private:
  friend class Variable;
  friend class Replay;
  friend class Engine;
  friend Variable append_node(const char*, Tensor, const class Inputs&, std::span<const class Keep>, Rule);

  struct Body {  // all that may hold other nodes
    List inputs;
    std::vector<Saved, PoolAllocator<Saved>> saved;
    Rule rule;
    std::shared_ptr<Hooks> hooks;  // null where none was ever registered
  };
  enum class Phase : std::uint8_t { recorded, being_replayed, replayed };
  void check_replayable() const;                   // throws unless it is `recorded`
  std::unique_lock<std::mutex> lock_grad() const;  // held while `grad_` is changed: threads share leaves
  void forget();                                   // drops what was saved, once replayed

  std::uint64_t id_;
  const char* op_;
  Shape shape_;
  DType dtype_;
  std::atomic<Phase> phase_ = Phase::recorded;
  bool retains_grad_ = false;
  Body body_;
  std::atomic<bool> has_hooks_ = false;  // from then on `hooks` stays as it is, and threads may look at it
  Saved output_;                  // with keeps_output only
  Tensor grad_;                   // a leaf's, or a retained one
};

/// What a rule sees while its node is replayed.
class Replay {
 public:
  const Variable& grad() const { return grad_; }  ///< dL/d(output)
  /// Under `create_graph` the rule itself goes on a tape: it must then consist of ops, not of a fused kernel.
  bool is_recorded() const { return grad_enabled(); }
  bool wants(std::size_t input) const;  ///< a gradient for this input is asked for
  /// The gradient that other ops have already left for this input, if the rule may add its own to it in place
  /// and return `nothing`; else undefined. A rule may, but need not, ask.
  Tensor sum_so_far(std::size_t input) const;
  const Shape& input_shape(std::size_t input) const;  ///< of a wanted input
  /// The i-th of the values the op listed, `keeps_output` not counted. Throws if it was changed in place
  /// since.
  Variable saved(std::size_t i) const;
  /// The op's own output, of an op that said `keeps_output`.
  Variable output() const;

 private:
  friend class Engine;
  Replay(const class Engine& engine, Node& node, const Variable& grad, const std::vector<bool>& wants)
      : engine_(engine), node_(node), grad_(grad), wants_(wants) {}
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;
  Variable unpack(const Saved& saved, std::shared_ptr<Node> node) const;

  const Engine& engine_;
  Node& node_;
  const Variable& grad_;
  const std::vector<bool>& wants_;
};

/// An op's inputs: `{x, weight}`, or a vector of Variables.
class Inputs {
 public:
  Inputs(std::initializer_list<std::reference_wrapper<const Variable>> list) : list_(list) {}
  Inputs(const std::vector<Variable>& many) : many_(&many) {}
  std::size_t size() const { return many_ ? many_->size() : list_.size(); }
  const Variable& operator[](std::size_t i) const { return many_ ? (*many_)[i] : list_.begin()[i].get(); }

 private:
  std::initializer_list<std::reference_wrapper<const Variable>> list_;
  const std::vector<Variable>* many_ = nullptr;
};

/// What an op keeps for its rule: `{x}`, `{keeps_output}`, `{keep_for(0, b), keep_for(1, a)}`.
class Keep {
 public:
  Keep(const Variable& variable) : variable_(&variable) {}  // an undefined one keeps nothing

 private:
  static constexpr int every_input = -1;
  friend Keep keep_for(int input, const Variable& variable);
  friend Variable append_node(const char*, Tensor, const Inputs&, std::span<const Keep>, Rule);
  friend Keep make_keeps_output();
  Keep(const Variable* variable, int for_input) : variable_(variable), for_input_(for_input) {}
  const Variable* variable_;     // null: the output
  int for_input_ = every_input;  // only kept when that input wants a gradient
};
/// Kept only when input number `input` wants a gradient: of a · b, b is needed for the gradient of a alone.
inline Keep keep_for(int input, const Variable& variable) { return Keep(&variable, input); }
inline Keep make_keeps_output() { return Keep(nullptr, Keep::every_input); }
/// Keeps the op's own result, for `r.output()`.
inline const Keep keeps_output = make_keeps_output();

/// Throws naming `op` if one of its arguments is an undefined Variable: the first line of an op.
void check_defined(std::string_view op, const Inputs& arguments);
/// Throws unless `record` can make a Variable of what the op has computed.
void check_result(const char* op, const Tensor& value);
/// Whether an op on these inputs has to be recorded: gradient mode is on and an input wants a gradient.
bool wants_gradient(const Inputs& inputs);
/// The half of `record` that does append: makes the Node, with what it keeps and the inputs that want a
/// gradient.
Variable append_node(const char* op, Tensor value, const Inputs& inputs, std::span<const Keep> keeps,
                     Rule rule);

/// The nodes that these outputs depend on, newest first: the tape, as `backward()` replays it and `trace`
/// shows it. They live as long as the outputs' own nodes. What lies behind nodes up to the id `before` is
/// left out.
std::vector<Node*> nodes_behind(const std::vector<Variable>& outputs, std::uint64_t before = 0);

std::uint64_t newest_node_id();
/// `grad` on the stretch of the tape that is newer than the id `before`: nodes up to it are ends, and their
/// hooks are not called. An input that is not reached gives an undefined Variable.
std::vector<Variable> grad_since(std::uint64_t before, const Variable& output,
                                 const std::vector<Variable>& inputs, const Variable& grad_output,
                                 bool create_graph);

/// Makes an op's result a Variable and, where a gradient is wanted, appends the op to the tape. The library's
/// ops and a user's own go through this same call:
///
///     Variable square(const Variable& x) {
///       Tensor y = ...;
///       return record("square", y, {x}, {x}, [](const Replay& r) -> Gradients {
///         return {r.grad() * r.saved(0) * 2};  // d(x²)/dx = 2x
///       });
///     }
///
/// `op` is a string literal: the node keeps the pointer. `keeps` lists what the rule will ask for with
/// `r.saved(i)`; what a rule captures by value should be small numbers and shapes, since the printed tape
/// counts only `keeps`.
template <class RuleBody>
Variable record(const char* op, Tensor value, const Inputs& inputs, std::initializer_list<Keep> keeps,
                RuleBody&& rule) {
  check_result(op, value);
  Variable result = wants_gradient(inputs)
                        ? append_node(op, std::move(value), inputs, std::span(keeps.begin(), keeps.size()),
                                      Rule(std::forward<RuleBody>(rule)))
                        : Variable(std::move(value));
  if (anomaly::may_be_guarded()) anomaly::check_result(op, result, inputs);
  return result;
}

}  // namespace xgrad
