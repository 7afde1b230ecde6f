#include "tape_recording.hpp"

#include <stdexcept>

namespace xgrad::web {

void Recording::add(const Variable& variable, const std::string& op, const std::string& name) {
  append({variable, op, name});
}

void Recording::set_name(const Variable& variable, const std::string& name) {
  Box& box = boxes_.at(index_of(variable));
  if (box.name.empty() && box.op != "number") box.name = name;
}

void Recording::append(Box box) {
  if (boxes_.size() == most_boxes) {
    throw std::length_error("[page] the drawing has room for " + std::to_string(most_boxes) +
                            " nodes and numbers; write a shorter expression");
  }
  if (box.variable.numel() > most_elements) {
    throw std::length_error("[page] the result of " + box.op + " has " +
                            std::to_string(box.variable.numel()) + " elements; the drawing has room for " +
                            std::to_string(most_elements));
  }
  boxes_.push_back(std::move(box));
}

// Rules call ops too, but without recording them.
void Recording::see_op(const char* op, const Variable& result, const Inputs& inputs) {
  if (is_replaying_) return;
  Box box{result, op, ""};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) continue;
    if (index_of(inputs[i]) == boxes_.size()) append({inputs[i], "number", ""});  // made within an op
    box.inputs.push_back(index_of(inputs[i]));
  }
  append(std::move(box));
}

void Recording::see_gradients(const Node& node, const Variable& grad, const Gradients& gradients) {
  Turn turn{index_of(node), grad, {}};
  const auto& inputs = boxes_.at(turn.box).inputs;  // without an optional one that is missing
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool is_wanted = boxes_[inputs[i]].variable.requires_grad();
    turn.returned.push_back(is_wanted ? gradients[i] : Variable());
  }
  turns_.push_back(std::move(turn));
}

std::size_t Recording::index_of(const Variable& variable) const {
  std::size_t i = 0;
  while (i < boxes_.size() && !boxes_[i].variable.is(variable)) ++i;
  return i;
}

std::size_t Recording::index_of(const Node& node) const {
  std::size_t i = 0;
  while (i < boxes_.size() && boxes_[i].variable.node().get() != &node) ++i;
  return i;
}

Json Recording::replay(const Variable& result) {
  const Json counts = number_tape(result);
  Json refusal;
  is_replaying_ = true;
  try {
    result.backward();
    add_arrivals(result);
  } catch (const std::exception& e) {
    refusal = e.what();
  }
  Json boxes = Json::array(), turns = Json::array();
  for (const Box& box : boxes_) boxes.push_back(describe(box));
  for (const Turn& turn : turns_) turns.push_back(describe(turn));
  return {{"boxes", boxes},
          {"result", index_of(result)},
          {"replay", turns},
          {"trace", counts},
          {"refusal", refusal}};
}

// Reads the tape before the replay, which drops what the nodes have saved.
Json Recording::number_tape(const Variable& result) {
  const Tape tape = trace(result);
  for (std::size_t i = 0; i < tape.size(); ++i) {
    Box& box = boxes_.at(index_of(tape[i]));
    box.id = i + 1;
    box.saved_bytes = tape[i].saved_bytes();
  }
  return {{"nodes", tape.size()}, {"leaves", tape.count("leaf")}, {"saved", tape.saved_bytes()}};
}

void Recording::add_arrivals(const Variable& result) {
  arrive(index_of(result), ones_like(result.value()), nullptr);
  for (const Turn& turn : turns_) {
    const Box& box = boxes_[turn.box];
    for (std::size_t i = 0; i < turn.returned.size(); ++i) {
      if (turn.returned[i].defined()) {
        arrive(box.inputs.at(i), turn.returned[i], {{"box", turn.box}, {"input", i}});
      }
    }
  }
}

void Recording::arrive(std::size_t box, const Variable& gradient, const Json& origin) {
  auto& arrivals = boxes_[box].arrivals;
  const Variable sum = arrivals.empty() ? gradient : arrivals.back().sum + gradient;
  arrivals.push_back({origin, gradient, sum});
}

// A leaf keeps its gradient. That of another node is what its rule was given.
Json Recording::gradient_of(const Box& box) const {
  if (box.variable.is_leaf() && box.variable.has_grad()) return to_json(box.variable.grad());
  for (const Turn& turn : turns_) {
    if (&boxes_[turn.box] == &box) return to_json(turn.given.value());
  }
  return nullptr;
}

Json Recording::describe(const Box& box) const {
  Json arrivals = Json::array();
  for (const Arrival& arrival : box.arrivals) {
    arrivals.push_back({{"origin", arrival.origin},
                        {"gradient", to_json(arrival.gradient.value())},
                        {"sum", to_json(arrival.sum.value())}});
  }
  return {{"id", box.id},
          {"op", box.op},
          {"name", box.name},
          {"inputs", box.inputs},
          {"value", to_json(box.variable.value())},
          {"saved", box.saved_bytes},
          {"gradient", gradient_of(box)},
          {"arrivals", arrivals}};
}

Json Recording::describe(const Turn& turn) const {
  Json returned = Json::array();
  for (const Variable& gradient : turn.returned) {
    returned.push_back(gradient.defined() ? to_json(gradient.value()) : Json());
  }
  return {{"box", turn.box}, {"given", to_json(turn.given.value())}, {"returned", returned}};
}

}  // namespace xgrad::web
