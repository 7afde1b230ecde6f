#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iomanip>
#include <sstream>

#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

std::string print(const Tape& tape) {
  std::ostringstream text;
  text << tape;
  return text.str();
}

// The table with these cells. Ids grow over the whole process; in the cells, #1 is the first node of the
// tape.
std::string table(const Tape& tape, std::vector<std::array<std::string, 5>> rows, const std::string& total) {
  std::array<std::size_t, 5> widths{};
  for (auto& row : rows) {
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t at = row[i].find('#'); at != std::string::npos; at = row[i].find('#', at + 1)) {
        row[i].replace(at + 1, 1, std::to_string(tape[static_cast<std::size_t>(row[i][at + 1] - '1')].id()));
      }
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::ostringstream text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 4; ++i)
      text << std::left << std::setw(static_cast<int>(widths[i]) + 2) << row[i];
    text << std::right << std::setw(static_cast<int>(widths[4])) << row[4] << '\n';
  }
  return text.str() + total;
}

}  // namespace

TEST_CASE("the table lists the nodes, oldest first, with name, shape, inputs and saved bytes") {
  const Variable x = randn({2, 3});
  const Variable w(randn({2, 3}), true), b(randn({3}), true);
  const Variable loss = sum(w * x * w + b);
  const Tape tape = trace(loss, {{"layer.weight", w}, {"unrelated", Variable(ones({1}), true)}});
  CHECK(tape.size() == 6);
  CHECK(tape.count("mul") == 2);
  CHECK(tape.saved_bytes() == 3 * 24);
  CHECK(print(tape) == table(tape,
                             {{"id", "op", "shape", "inputs", "saved bytes"},
                              {"#1", "leaf layer.weight", "(2, 3)", "-", "0"},
                              {"#2", "leaf", "(3,)", "-", "0"},
                              {"#3", "mul", "(2, 3)", "#1 -", "24"},
                              {"#4", "mul", "(2, 3)", "#3 #1", "48"},
                              {"#5", "add", "(2, 3)", "#4 #2", "0"},
                              {"#6", "sum", "()", "#5", "0"}},
                             "6 nodes, 2 of them leaves, 72 bytes saved\n"));
  loss.backward();
  CHECK(print(trace(loss)) == table(tape,
                                    {{"id", "op", "shape", "inputs", "saved bytes"},
                                     {"#1", "leaf", "(2, 3)", "-", "0"},
                                     {"#2", "leaf", "(3,)", "-", "0"},
                                     {"#3", "mul", "(2, 3)", "#1 -", "0"},
                                     {"#4", "mul", "(2, 3)", "#3 #1", "0"},
                                     {"#5", "add", "(2, 3)", "#4 #2", "0"},
                                     {"#6", "sum", "()", "#5", "0"}},
                                    "6 nodes, 2 of them leaves, 0 bytes saved\n"));
}

TEST_CASE("a Tape holds each node once, by ascending id, and the result is the last") {
  const Variable x(ones({2}), true);
  Variable y = x;
  for (int i = 0; i < 10; ++i) y = y + y;
  const Tape tape = trace(y);
  CHECK(tape.size() == 11);
  CHECK(tape[0].is_leaf());
  CHECK(&tape[10] == y.node().get());
  CHECK_THROWS_AS(tape[11], std::out_of_range);
  CHECK_THROWS_TEXT(tape[11], "[trace] there is no node 11 on a tape of 11");
  std::uint64_t last = 0;
  for (const auto& node : tape) {
    CHECK(node->id() > last);
    last = node->id();
  }
}

TEST_CASE("a result without a gradient has an empty tape") {
  const Variable x(ones({2}), true);
  CHECK(trace(Variable(ones({2})) * 2).empty());
  CHECK(trace((x * 2).detach()).empty());
  {
    const NoGradGuard guard;
    CHECK(trace(x * 2).empty());
  }
  CHECK(trace(x).size() == 1);
  CHECK(print(trace(Variable(ones({2})))) ==
        "id  op  shape  inputs  saved bytes\n0 nodes, 0 of them leaves, 0 bytes saved\n");
  CHECK_THROWS_TEXT(trace(Variable()), "[trace] the variable is undefined");
}

TEST_CASE("a name with line breaks is printed on one line") {
  const Variable x(ones({2}), true);
  const Tape tape = trace(x * 2, {{"a\nb\tc\r", x}});
  const std::string table = print(tape), dot = tape.to_dot();
  CHECK(table.find("leaf a\\nb\\tc\\r  (2,)") != std::string::npos);
  CHECK(std::count(table.begin(), table.end(), '\n') == 4);
  CHECK(dot.find("a\\\\nb\\\\tc\\\\r\\n(2,)") != std::string::npos);
}

TEST_CASE("to_dot() writes a Graphviz digraph") {
  const Variable w(ones({2}), true), b(ones({2}), true);
  const Variable y = w * w + b;
  const Tape tape = trace(y, {{"a \"b\"", w}});
  const std::string dot = tape.to_dot();
  std::string expected =
      "digraph tape {\n"
      "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11, "
      "color=\"#607080\"];\n"
      "  edge [color=\"#607080\", arrowsize=0.7];\n"
      "  n@0 [label=\"@0 a \\\"b\\\"\\n(2,)\", fillcolor=\"#fff2cc\"];\n"
      "  n@1 [label=\"@1 leaf\\n(2,)\", fillcolor=\"#e2f0d9\"];\n"
      "  n@2 [label=\"@2 mul\\n(2,)\\nkeeps 16 bytes\", fillcolor=\"#dae8fc\"];\n"
      "  n@0 -> n@2;\n"
      "  n@0 -> n@2;\n"
      "  n@3 [label=\"@3 add\\n(2,)\", fillcolor=\"#ffffff\", penwidth=2];\n"
      "  n@2 -> n@3;\n"
      "  n@1 -> n@3;\n"
      "}\n";
  for (std::size_t at = expected.find('@'); at != std::string::npos; at = expected.find('@', at)) {
    const std::string id = std::to_string(tape[static_cast<std::size_t>(expected[at + 1] - '0')].id());
    const bool in_label = expected[at - 1] == '"';
    expected.replace(at, 2, in_label ? "#" + id : id);
  }
  CHECK(dot == expected);
}

TEST_CASE("a chain of a million nodes is traced without recursion") {
  Variable y(zeros({}), true);
  for (int i = 0; i < 1000000; ++i) y = y + 1;
  CHECK(trace(y).size() == 1000001);
}
