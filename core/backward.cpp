// backward() and grad(): the tape replayed, newest node first.

#include <algorithm>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {

class Engine {
 public:
  // What lies behind nodes up to the id `before` is left alone.
  Engine(const std::vector<Variable>& outputs, bool retain_graph, bool create_graph, std::uint64_t before = 0)
      : retain_graph_(retain_graph),
        create_graph_(create_graph),
        before_(before),
        tape_(nodes_behind(outputs, before)),
        slots_(tape_.size()),
        needed_(tape_.size(), true),
        is_target_(tape_.size(), false) {
    for (const Variable& output : outputs) roots_.push_back(output.node());
  }

  // dL/d(output): where the replay starts.
  void seed(const Variable& output, const Variable& gradient) {
    accumulate(position(*output.node()), gradient);
  }

  // For grad(): replays only what leads to these nodes, and keeps the gradients that arrive there for the
  // caller.
  void only_towards(const std::vector<Variable>& inputs) {
    fills_grad_ = false;
    needed_.assign(tape_.size(), false);
    for (const Variable& input : inputs) {
      const std::size_t at = position(*input.node());
      if (at < tape_.size()) needed_[at] = is_target_[at] = true;
    }
    for (std::size_t i = tape_.size(); i-- > 0;) {  // oldest first: a node is needed if an input of it is
      if (leads_on(*tape_[i])) needed_[i] = true;
    }
  }

  // The gradient that arrived at a target; undefined if none did.
  Variable arrived(const Variable& input) const {
    const std::size_t at = position(*input.node());
    return at < tape_.size() ? slots_[at] : Variable();
  }

  // A slot's sum, if a rule may add to it in place.
  Tensor sum_so_far(const Node& node) const {
    if (anomaly::may_be_guarded()) return {};  // a guard looks at what each rule returns
    const Variable& slot = slots_[position(node)];
    return may_add_to(slot) ? slot.value() : Tensor();
  }

  void replay() {
    for (std::size_t i = 0; i < tape_.size(); ++i) {  // before anything has changed
      if (needed_[i] && (!is_target_[i] || leads_on(*tape_[i]))) tape_[i]->check_replayable();
    }
    const GradModeGuard mode(create_graph_);
    const anomaly::ReplayScope scope;
    for (std::size_t i = 0; i < tape_.size(); ++i) {
      if (!needed_[i] || !slots_[i].defined()) continue;
      Node& node = *tape_[i];
      if (node.has_hooks_.load(std::memory_order_acquire) && node.id() > before_)
        slots_[i] = (*node.body_.hooks)(node, std::move(slots_[i]));
      if (fills_grad_ && (node.is_leaf() || node.retains_grad_)) deposit(node, slots_[i]);
      if (is_target_[i]) {
        if (leads_on(node)) replay_node(node, slots_[i]);  // another target lies behind this one
      } else {
        const Variable gradient = std::move(slots_[i]);  // its memory is free for the nodes to come
        if (!node.is_leaf()) replay_node(node, gradient);
      }
    }
  }

 private:
  // Where a node stands on the tape; tape_.size() if it doesn't.
  std::size_t position(const Node& node) const {
    const auto at = std::lower_bound(tape_.begin(), tape_.end(), node.id(),
                                     [](const Node* other, std::uint64_t id) { return other->id() > id; });
    return at != tape_.end() && *at == &node ? static_cast<std::size_t>(at - tape_.begin()) : tape_.size();
  }

  bool is_needed(const Node& node) const { return fills_grad_ || needed_[position(node)]; }

  bool leads_on(const Node& node) const {
    return node.id() > before_ && std::any_of(node.inputs().begin(), node.inputs().end(),
                                              [&](const auto& input) { return input && is_needed(*input); });
  }

  bool may_add_to(const Variable& slot) const {
    return !create_graph_ && slot.defined() && slot.is_sole_owner() && slot.value().is_contiguous();
  }

  // The first gradient to arrive is borrowed; a later one makes a sum, in place once nobody else can see it.
  void accumulate(std::size_t at, Variable gradient) {
    Variable& slot = slots_[at];
    if (!slot.defined()) {
      slot = std::move(gradient);
    } else if (may_add_to(slot)) {
      slot.value().add_(gradient.value());
    } else {
      slot = add(slot, gradient);
    }
  }

  // A leaf's gradient owns its memory: `a + b` hands the same Tensor to both leaves, and clipping scales in
  // place.
  static void deposit(Node& node, const Variable& gradient) {
    const Tensor& value = gradient.value();
    const auto lock = node.lock_grad();
    if (node.grad_.defined()) {
      node.grad_.add_(value);
    } else {
      const bool has_own_memory =
          gradient.is_sole_owner() && value.is_contiguous() &&
          value.storage()->bytes() == value.nbytes();  // not a slice of something large
      node.grad_ = has_own_memory ? value : value.clone();
    }
  }

  // A node's turn to be replayed: a replay that its rule starts, or another thread's, doesn't run into it.
  class Turn {
   public:
    explicit Turn(Node& node) : node_(node) {
      Phase phase = Phase::recorded;
      while (!node_.phase_.compare_exchange_strong(phase, Phase::being_replayed)) {
        node_.check_replayable();
        phase = Phase::recorded;
      }
    }
    ~Turn() {
      if (!node_.was_replayed()) node_.phase_ = Phase::recorded;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    using Phase = Node::Phase;
    Node& node_;
  };

  void replay_node(Node& node, const Variable& gradient) {
    const auto& inputs = node.inputs();
    wants_.assign(inputs.size(), false);
    for (std::size_t i = 0; i < inputs.size(); ++i) wants_[i] = inputs[i] && is_needed(*inputs[i]);
    const Turn turn(node);
    Gradients gradients = node.body_.rule(Replay(*this, node, gradient, wants_));
    check_count(node, gradients);
    if (anomaly::may_be_guarded()) anomaly::check_gradients(node, gradient, gradients);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!wants_[i] || !gradients[i].defined()) continue;
      check_gradient(node, i, gradients[i]);
      accumulate(position(*inputs[i]), std::move(gradients[i]));
    }
    if (!retain_graph_) node.forget();
  }

  static void check_count(const Node& node, const Gradients& gradients) {
    if (gradients.size() == node.inputs().size()) return;
    fail_state("backward", "the rule of node #", node.id(), " (", node.op(), ") returned ", gradients.size(),
               " gradients for ", node.inputs().size(), " inputs");
  }

  static void check_gradient(const Node& node, std::size_t i, const Variable& gradient) {
    const Node& input = *node.inputs()[i];
    if (gradient.shape() == input.shape() && gradient.dtype() == input.dtype()) return;
    fail_state("backward", "the rule of node #", node.id(), " (", node.op(),
               ") returned a gradient of shape ", gradient.shape(), " and dtype ", gradient.dtype(),
               " for input ", i, " of shape ", input.shape(), " and dtype ", input.dtype());
  }

  bool retain_graph_;
  bool create_graph_;
  std::uint64_t before_;
  bool fills_grad_ = true;                    // of leaves and retained nodes: backward(), not grad()
  std::vector<Node*> tape_;                   // newest first
  std::vector<std::shared_ptr<Node>> roots_;  // keep the tape alive
  std::vector<Variable> slots_;               // the gradient that has arrived at each node so far
  std::vector<bool> needed_;                  // lies between the outputs and what is asked for
  std::vector<bool> is_target_;               // asked for by grad()
  std::vector<bool> wants_;  // of the node being replayed: which inputs' gradients are needed
};

Tensor Replay::sum_so_far(std::size_t input) const {
  return wants(input) ? engine_.sum_so_far(*node_.inputs()[input]) : Tensor();
}

namespace {

// dL/d(output): what the caller gave, or 1 for an output of one element.
Variable starting_gradient(std::string_view op, const Variable& output, const Variable& given) {
  if (!output.requires_grad()) {
    fail_state(op, "the output of shape ", output.shape(),
               " does not require a gradient: none of its inputs does, or it was made without recording");
  }
  if (!given.defined()) {
    if (output.numel() != 1) {
      fail(op, "without a gradient for it, the output must have one element, not shape ", output.shape());
    }
    return ones_like(output.value());
  }
  if (given.shape() != output.shape() || given.dtype() != output.dtype()) {
    fail(op, "the given gradient is ", given.shape(), " ", given.dtype(), ", the output ", output.shape(),
         " ", output.dtype());
  }
  return given;
}

}  // namespace

void Variable::backward(BackwardOptions options) const { backward(Tensor(), options); }

void Variable::backward(const Tensor& gradient, BackwardOptions options) const {
  const Variable start =
      starting_gradient("backward", *this, gradient.defined() ? Variable(gradient) : Variable());
  Engine engine({*this}, options.retain_graph, /*create_graph=*/false);
  engine.seed(*this, start);
  engine.replay();
}

std::vector<Variable> grad_since(std::uint64_t before, const Variable& output,
                                 const std::vector<Variable>& inputs, const Variable& grad_output,
                                 bool create_graph) {
  Engine engine({output}, create_graph, create_graph, before);
  engine.only_towards(inputs);
  engine.seed(output, grad_output);
  engine.replay();
  std::vector<Variable> gradients;
  for (const Variable& input : inputs) gradients.push_back(engine.arrived(input));
  return gradients;
}

std::vector<Variable> grad(const std::vector<Variable>& outputs, const std::vector<Variable>& inputs,
                           const GradOptions& options) {
  if (!options.grad_outputs.empty() && options.grad_outputs.size() != outputs.size()) {
    fail("grad", options.grad_outputs.size(), " grad_outputs for ", outputs.size(), " outputs");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad())
      fail("grad", "input ", i, " of shape ", inputs[i].shape(), " does not require a gradient");
  }
  std::vector<Variable> starts;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Variable given = options.grad_outputs.empty() ? Variable() : options.grad_outputs[i];
    starts.push_back(starting_gradient("grad", outputs[i], given));
  }
  Engine engine(outputs, options.retain_graph || options.create_graph, options.create_graph);
  engine.only_towards(inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) engine.seed(outputs[i], starts[i]);
  engine.replay();
  std::vector<Variable> gradients;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    gradients.push_back(engine.arrived(inputs[i]));
    if (!gradients.back().defined() && !options.allow_unused) {
      fail("grad", "the outputs do not depend on input ", i, " of shape ", inputs[i].shape(),
           "; pass allow_unused = true to get an undefined gradient for it");
    }
  }
  return gradients;
}

}  // namespace xgrad
