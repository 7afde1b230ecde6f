#include <xgrad/core/autograd/recorded_step.hpp>

#include <algorithm>
#include <cstring>
#include <ostream>
#include <utility>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/recording.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

// An op in the text of an error: "matmul (8, 16) float32".
struct Op {
  const char* name;
  const Shape& shape;
  DType dtype;
};

std::ostream& operator<<(std::ostream& out, const Op& op) {
  return out << op.name << ' ' << op.shape << ' ' << op.dtype;
}

bool is_same_op(const Node& node, const char* op, const Tensor& output) {
  return (node.op() == op || std::strcmp(node.op(), op) == 0) && node.shape() == output.shape() &&
         node.dtype() == output.dtype();
}

// The node through which a gradient reaches an op's input.
const Node* source(const Variable& input) { return input.requires_grad() ? input.node().get() : nullptr; }

// How many inputs, from the first on, come from where they came when the step was recorded.
std::size_t same_inputs(const Node& node, const Inputs& inputs) {
  std::size_t i = 0;
  while (i < inputs.size() && i < node.inputs().size() && node.inputs()[i].get() == source(inputs[i])) ++i;
  return i;
}

// An input in the text of an error.
struct Source {
  const Node* node;
};

std::ostream& operator<<(std::ostream& out, const Source& source) {
  if (!source.node) return out << "without a gradient";
  return out << *source.node << ' ' << source.node->shape();
}

}  // namespace

constinit thread_local Recording* Recording::running_ = nullptr;

// Throws. With record_anew, the step makes new nodes from here on instead, and what was recorded behind this
// place is dropped.
template <class... Text>
void Recording::take_another_path(const Text&... text) {
  if (!options_.record_anew) {
    fail_state(
        "RecordedStep", text...,
        "; a recorded step takes the same path every time: call a step of another shape or path outside, "
        "or pass record_anew = true");
  }
  is_recorded_anew_ = true;
  nodes_.resize(next_);
  tapes_.resize(next_tape_);
}

std::shared_ptr<Node> Recording::replay(const char* op, const Tensor& output, const Inputs& inputs) {
  if (!replays()) return nullptr;
  const std::size_t count = nodes_.size();
  const Op now{op, output.shape(), output.dtype()};
  if (next_ == count) {
    take_another_path("op ", next_, ", ", now, ", comes after the last of ", count, " recorded ops");
    return nullptr;
  }
  const std::shared_ptr<Node>& node = nodes_[next_];
  if (!is_same_op(*node, op, output)) {
    const Op recorded{node->op(), node->shape(), node->dtype()};
    take_another_path("op ", next_, " of ", count, " was ", recorded, " and is now ", now);
    return nullptr;
  }
  const std::size_t same = same_inputs(*node, inputs);
  if (same != std::max(inputs.size(), node->inputs().size())) {
    const bool both = same < inputs.size() && same < node->inputs().size();
    if (both) {
      take_another_path("input ", same, " of op ", next_, " of ", count, ", ", now, ", was ",
                        Source{node->inputs()[same].get()}, " and is now ", Source{source(inputs[same])});
    } else {
      take_another_path("op ", next_, " of ", count, ", ", now, ", had ", node->inputs().size(),
                        " inputs and has now ", inputs.size());
    }
    return nullptr;
  }
  ++next_;
  node->begin_step();
  return node;
}

std::vector<std::shared_ptr<Node>>::const_iterator Recording::place_of(
    const std::shared_ptr<Node>& node) const {
  const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), node,
                                   [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return at != nodes_.end() && *at == node ? at : nodes_.end();
}

PoolVector<Node*> Recording::tape_behind(const std::vector<Variable>& outputs, std::uint64_t before) {
  // A tape that begins outside of the step may be another one at every call.
  const auto is_made = [&](const Variable& output) {
    return output.node() && place_of(output.node()) != nodes_.end();
  };
  if (!std::all_of(outputs.begin(), outputs.end(), is_made)) return nodes_behind(outputs, before);
  if (replays()) {
    const auto is_root = [](const Node* node, const Variable& output) { return node == output.node().get(); };
    if (next_tape_ < tapes_.size()) {
      const Tape& tape = tapes_[next_tape_];
      if (std::equal(tape.roots.begin(), tape.roots.end(), outputs.begin(), outputs.end(), is_root)) {
        ++next_tape_;
        return tape.nodes;
      }
    }
    if (next_tape_ == tapes_.size()) {
      take_another_path("backward() or grad() number ", next_tape_, " comes after the last of ",
                        tapes_.size(), " recorded ones");
    } else {
      take_another_path("backward() or grad() number ", next_tape_,
                        " starts from other Variables than when it was recorded");
    }
  }
  Tape tape{.roots = {}, .nodes = nodes_behind(outputs, before)};
  for (const Variable& output : outputs) tape.roots.push_back(output.node().get());
  tapes_.push_back(tape);
  return std::move(tape.nodes);
}

void Recording::begin() {
  if (running_) {
    fail_state("RecordedStep", "a recorded step cannot run inside of another; call it as a plain function");
  }
  if (is_running_.exchange(true)) {
    fail_state("RecordedStep",
               "another thread is running this step; give each thread a RecordedStep of its own");
  }
  next_ = next_tape_ = 0;
  is_recorded_anew_ = false;
  try {
    check_released();
  } catch (...) {
    is_running_ = false;
    throw;
  }
  running_ = this;
}

// Nobody else may hold a node: it is about to become a node of this step.
void Recording::check_released() const {
  for (std::size_t i = 0; i < references_.size(); ++i) {
    const Node& node = *nodes_[i];
    if (nodes_[i].use_count() == references_[i]) continue;
    fail_state("RecordedStep", "a Variable of an earlier step still holds ", node, " of shape ", node.shape(),
               ", which the next step needs; keep its value() or item() instead");
  }
}

void Recording::count_references() {
  references_.assign(nodes_.size(), 1);
  for (const auto& node : nodes_) {
    for (const auto& input : node->inputs()) {
      if (!input) continue;
      const auto at = place_of(input);
      if (at != nodes_.end()) ++references_[static_cast<std::size_t>(at - nodes_.begin())];
    }
  }
}

void Recording::finish() {
  if (replays() && next_ < nodes_.size()) {
    const Node& node = *nodes_[next_];
    take_another_path("the step ended after ", next_, " of ", nodes_.size(), " recorded ops; the next was ",
                      Op{node.op(), node.shape(), node.dtype()});
  }
  if (replays() && next_tape_ < tapes_.size()) {
    take_another_path("the step called backward() or grad() ", next_tape_, " times, and ", tapes_.size(),
                      " times when it was recorded");
  }
  if (!replays()) count_references();
  is_complete_ = true;
  is_recorded_anew_ = false;
}

// A step that threw while it was recorded leaves no recording.
void Recording::end() noexcept {
  running_ = nullptr;
  for (const auto& node : nodes_) node->end_step();
  if (!replays()) forget();
  is_running_ = false;
}

void Recording::forget() {
  is_complete_ = is_recorded_anew_ = false;
  tapes_.clear();
  references_.clear();
  nodes_.clear();
}

RecordedStep::RecordedStep(const RecordedStepOptions& options)
    : recording_(std::make_unique<Recording>(options)) {}
RecordedStep::~RecordedStep() = default;

bool RecordedStep::is_recorded() const { return recording_->is_complete(); }
std::size_t RecordedStep::num_nodes() const { return recording_->num_nodes(); }

void RecordedStep::forget() {
  if (recording_->is_running()) fail_state("RecordedStep", "a step cannot be forgotten while it runs");
  recording_->forget();
}

RecordedStep::Turn::Turn(Recording& recording) : recording_(recording) { recording_.begin(); }
RecordedStep::Turn::~Turn() { recording_.end(); }
void RecordedStep::Turn::finish() const { recording_.finish(); }

}  // namespace xgrad
