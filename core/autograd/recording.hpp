#pragma once

// The recording of a RecordedStep, as the tape and the engine see it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <xgrad/core/autograd/node.hpp>
#include <xgrad/core/autograd/recorded_step.hpp>

namespace xgrad {

class Inputs;

/// The nodes that a step made when it was recorded, in their order, and the tape of each of its replays by
/// the engine. In a replay of the step, `next_` and `next_tape_` say how far it has come.
class Recording {
 public:
  explicit Recording(const RecordedStepOptions& options) : options_(options) {}

  /// That of the step which this thread is in; null outside of one.
  static Recording* running() { return running_; }

  /// The next recorded node, for an op with these inputs. Null if the step is being recorded. If the recorded
  /// op is another one it throws, or gives null with record_anew.
  std::shared_ptr<Node> replay(const char* op, const Tensor& output, const Inputs& inputs);
  void add(const std::shared_ptr<Node>& node) { nodes_.push_back(node); }
  /// `nodes_behind`, which does not search in a replay.
  PoolVector<Node*> tape_behind(const std::vector<Variable>& outputs, std::uint64_t before);

  // The stations of a call: begin(), then finish() unless the step threw, then end().
  void begin();
  void finish();
  void end() noexcept;

  bool is_complete() const { return is_complete_; }
  bool is_running() const { return is_running_; }  // in any thread
  std::size_t num_nodes() const { return nodes_.size(); }
  void forget();

 private:
  struct Tape {
    std::vector<const Node*> roots;
    PoolVector<Node*> nodes;
  };
  void check_released() const;
  /// Where a node of the step stands in `nodes_`; its end for any other.
  std::vector<std::shared_ptr<Node>>::const_iterator place_of(const std::shared_ptr<Node>& node) const;
  void count_references();
  bool replays() const { return is_complete_ && !is_recorded_anew_; }
  template <class... Text>
  void take_another_path(const Text&... text);

  static constinit thread_local Recording* running_;

  RecordedStepOptions options_;
  std::vector<std::shared_ptr<Node>> nodes_;  // oldest first
  std::vector<long> references_;              // to each node, from here and from the nodes after it
  std::vector<Tape> tapes_;
  bool is_complete_ = false;       // recorded to its end
  bool is_recorded_anew_ = false;  // the running step left the recorded path
  std::size_t next_ = 0, next_tape_ = 0;
  std::atomic<bool> is_running_ = false;
};

}  // namespace xgrad
