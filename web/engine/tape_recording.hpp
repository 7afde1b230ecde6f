#pragma once

// What the tape panel draws: each op as it is recorded, then each turn of the replay. The library tells an
// Observer of both.

#include <memory>
#include <string>
#include <vector>

#include "json_tensor.hpp"

namespace xgrad::web {

class Recording : public Observer {
 public:
  static constexpr std::size_t most_boxes = 60;
  static constexpr std::int64_t most_elements = 1024;

  /// A Variable that no op made: a leaf or a number.
  void add(const Variable& variable, const std::string& op, const std::string& name);
  /// Names the result of an op, unless it has a name.
  void set_name(const Variable& variable, const std::string& name);

  /// Replays the tape of `result`, and returns all that was seen:
  ///
  ///   boxes: in the order in which they were made. id: the place on the tape from 1, null if it is not on
  ///     it; op, name; inputs: indices of boxes; saved: bytes; value; gradient: what the replay
  ///     brought to it, or null; arrivals: what was added up to that, each with its origin, a box and the
  ///     number of its input (null for the start), and the sum so far.
  ///   result: its box.
  ///   replay: the turns of the rules. box, given: the gradient of its output, returned: one for each input.
  ///   trace: what trace() counts before the replay: nodes, leaves and saved bytes.
  ///   refusal: why the library does not replay this tape, or null.
  Json replay(const Variable& result);

  void see_op(const char* op, const Variable& result, const Inputs& inputs) override;
  void see_gradients(const Node& node, const Variable& grad, const Gradients& gradients) override;

 private:
  struct Arrival {
    Json origin;
    Variable gradient, sum;
  };
  struct Box {
    Variable variable;
    std::string op, name;
    std::vector<std::size_t> inputs = {};
    std::vector<Arrival> arrivals = {};
    std::size_t saved_bytes = 0;
    Json id = nullptr;
  };
  struct Turn {
    std::size_t box;
    Variable given;
    std::vector<Variable> returned;
  };

  std::size_t index_of(const Variable& variable) const;  // boxes_.size() if it has none
  std::size_t index_of(const Node& node) const;
  void append(Box box);
  Json number_tape(const Variable& result);
  void add_arrivals(const Variable& result);
  void arrive(std::size_t box, const Variable& gradient, const Json& origin);
  Json gradient_of(const Box& box) const;
  Json describe(const Box& box) const;
  Json describe(const Turn& turn) const;

  std::vector<Box> boxes_;
  std::vector<Turn> turns_;
  bool is_replaying_ = false;
};

}  // namespace xgrad::web
