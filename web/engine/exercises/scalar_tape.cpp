// scalar_tape: a tape of single numbers, replayed by the chosen loop.

#include <algorithm>
#include <numeric>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

struct Entry {
  double value;
  std::vector<std::size_t> inputs;  // older entries
  std::vector<double> slopes;       // d(value)/d(input), one for each input
  double gradient = 0;
};
using ScalarTape = std::vector<Entry>;  // the last one is the result
using Order = std::vector<std::size_t>;

std::size_t times(ScalarTape& tape, std::size_t a, std::size_t b) {
  tape.push_back({tape[a].value * tape[b].value, {a, b}, {tape[b].value, tape[a].value}});
  return tape.size() - 1;
}

std::size_t plus(ScalarTape& tape, std::size_t a, std::size_t b) {
  tape.push_back({tape[a].value + tape[b].value, {a, b}, {1, 1}});
  return tape.size() - 1;
}

Order oldest_first(const ScalarTape& tape) {
  Order order(tape.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  return order;
}

Order newest_first(const ScalarTape& tape) {
  Order order = oldest_first(tape);
  std::reverse(order.begin(), order.end());
  return order;
}

Order nearest_first(const ScalarTape& tape) {
  Order order{tape.size() - 1};
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (const std::size_t input : tape[order[at]].inputs) {
      if (std::find(order.begin(), order.end(), input) == order.end()) order.push_back(input);
    }
  }
  return order;
}

// An entry follows when the last of the entries that use it has had its turn.
Order after_all_users(const ScalarTape& tape) {
  std::vector<int> users(tape.size());
  for (const Entry& entry : tape) {
    for (const std::size_t input : entry.inputs) ++users[input];
  }
  Order order{tape.size() - 1};
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (const std::size_t input : tape[order[at]].inputs) {
      if (--users[input] == 0) order.push_back(input);
    }
  }
  return order;
}

struct Loop {
  Order (*order)(const ScalarTape&);
  void (*arrive)(double& gradient, double arriving);
};

const auto add = [](double& gradient, double arriving) { gradient += arriving; };
const auto write = [](double& gradient, double arriving) { gradient = arriving; };

void replay(ScalarTape& tape, const Loop& loop) {
  tape.back().gradient = 1;
  for (const std::size_t at : loop.order(tape)) {
    const Entry entry = tape[at];
    for (std::size_t i = 0; i < entry.inputs.size(); ++i) {
      loop.arrive(tape[entry.inputs[i]].gradient, entry.gradient * entry.slopes[i]);
    }
  }
}

// L(a, b) as one op of the library, whose rule replays the scalar tape.
Variable scalar_op(const Variable& a, const Variable& b, const Loop& loop,
                   const std::function<void(ScalarTape&)>& formula) {
  ScalarTape tape{{a.item<double>(), {}, {}}, {b.item<double>(), {}, {}}};
  formula(tape);
  return record("scalar_tape", tensor(tape.back().value, a.dtype()), {a, b}, {},
                [tape, loop](const Replay& r) -> Gradients {
                  ScalarTape copy = tape;
                  replay(copy, loop);
                  return {r.grad() * copy[0].gradient, r.grad() * copy[1].gradient};
                });
}

void judge_loop(Judge& judge, const Loop& loop) {
  const std::vector<Input> inputs{{"a", tensor(2.0, float64)}, {"b", tensor(5.0, float64)}};
  const auto check = [&](const std::string& name, const std::function<void(ScalarTape&)>& formula) {
    judge.gradients(name, inputs,
                    [&](const std::vector<Variable>& x) { return scalar_op(x[0], x[1], loop, formula); });
  };
  check("each value used once: L = a · b", [](ScalarTape& tape) { times(tape, 0, 1); });
  check("a value used twice: L = a · b + a", [](ScalarTape& tape) { plus(tape, times(tape, 0, 1), 0); });
  check("a short and a long path: c = a · b, d = c · b, e = d · b, L = c + e", [](ScalarTape& tape) {
    const std::size_t c = times(tape, 0, 1), d = times(tape, c, 1), e = times(tape, d, 1);
    plus(tape, c, e);
  });
}

}  // namespace

Exercise scalar_tape() {
  return {
      .name = "scalar_tape",
      .title = "Backward on a tape of single numbers",
      .lesson = "lessons/01-chain-rule/page.md",
      .source = "core/autograd/engine.cpp",
      .task =
          {"Each op has appended an entry to the tape: its inputs, and the slope along each of them. All "
           "gradients begin at 0, that of the result L at 1.",
           "A loop takes each entry once and sends `gradient · slope` to each of its inputs. A value may be "
           "used several times."},
      .question = "In which order does the loop run, and what does an input do with a gradient that arrives?",
      .choices = choices<Loop>(
          judge_loop,
          {{"newest entry first; input.gradient += arriving", "", {newest_first, add}},
           {"newest entry first; input.gradient = arriving",
            "In L = a · b + a, two gradients arrive at a: what is left of the first one?",
            {newest_first, write}},
           {"oldest entry first; input.gradient += arriving",
            "When a · b has its turn, has anything arrived at it yet?",
            {oldest_first, add}},
           {"nearest to L first; input.gradient += arriving",
            "Draw L = c + e: c is one step from L, but who has not had a turn yet and still sends to c?",
            {nearest_first, add}},
           {"an entry when all that use it have had their turn; input.gradient += arriving",
            "",
            {after_all_users, add}}}),
      .why =
          "What arrives along several paths adds up, and an entry passes on its gradient only when all of it "
          "has arrived. An op is newer than its inputs, so the order of creation backwards is such an order; "
          "so is counting the users."};
}

}  // namespace xgrad::web
