#include <xgrad/core/debug/trace.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {

Tape trace(const Variable& result, const std::vector<std::pair<std::string, Variable>>& names) {
  if (!result.defined()) fail("trace", "the variable is undefined");
  Tape::Nodes nodes;
  for (const Node* node : nodes_behind({result})) nodes.push_back(node->shared_from_this());
  std::reverse(nodes.begin(), nodes.end());

  Tape::Names by_node;
  for (const auto& [name, variable] : names) {
    if (variable.node()) by_node.emplace(variable.node().get(), name);
  }
  return Tape(std::move(nodes), std::move(by_node));
}

const Node& Tape::operator[](std::size_t i) const {
  if (i >= size()) fail_range("trace", "there is no node ", i, " on a tape of ", size());
  return *nodes_[i];
}

std::string Tape::name(const Node& node) const {
  const auto found = names_.find(&node);
  return found == names_.end() ? "" : found->second;
}

std::size_t Tape::count(std::string_view op) const {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [&](const auto& node) { return op == node->op(); }));
}

std::size_t Tape::saved_bytes() const {
  std::size_t total = 0;
  for (const auto& node : nodes_) total += node->saved_bytes();
  return total;
}

namespace {

std::string reference(const Node& node) { return '#' + std::to_string(node.id()); }

std::string inputs_text(const Node& node) {
  std::string text;
  for (const auto& input : node.inputs()) {
    if (!text.empty()) text += ' ';
    text += input ? reference(*input) : "-";
  }
  return text.empty() ? "-" : text;
}

// Writes a backslash and the letter at the same index instead of a special character.
std::string escaped(const std::string& text, std::string_view special, std::string_view letters) {
  std::string out;
  for (const char c : text) {
    const std::size_t i = special.find(c);
    if (i != std::string_view::npos) out += '\\';
    out += i != std::string_view::npos ? letters[i] : c;
  }
  return out;
}

// A user's name may hold anything; a line break would break the table.
std::string on_one_line(const std::string& text) { return escaped(text, "\n\r\t", "nrt"); }

// Named leaves are yellow, other leaves green; ops that saved values are blue, others white.
const char* dot_colour(const Node& node, bool is_named) {
  if (node.is_leaf()) return is_named ? "#fff2cc" : "#e2f0d9";
  return node.saved_bytes() > 0 ? "#dae8fc" : "#ffffff";
}

using Row = std::array<std::string, 5>;

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tape& tape) {
  std::vector<Row> rows{{"id", "op", "shape", "inputs", "saved bytes"}};
  for (const auto& node : tape) {
    const std::string name = on_one_line(tape.name(*node));
    rows.push_back({reference(*node), node->op() + (name.empty() ? "" : " " + name), node->shape().str(),
                    inputs_text(*node), std::to_string(node->saved_bytes())});
  }
  std::array<std::size_t, 5> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < 4; ++i) out << row[i] << std::string(widths[i] - row[i].size() + 2, ' ');
    out << std::string(widths[4] - row[4].size(), ' ') << row[4] << '\n';
  }
  return out << tape.size() << " nodes, " << tape.count("leaf") << " of them leaves, " << tape.saved_bytes()
             << " bytes saved\n";
}

std::string Tape::to_dot() const {
  std::ostringstream out;
  out << "digraph tape {\n"
         "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11, "
         "color=\"#607080\"];\n"
         "  edge [color=\"#607080\", arrowsize=0.7];\n";
  for (const auto& node : nodes_) {
    const std::string what = node->is_leaf() && !name(*node).empty() ? name(*node) : node->op();
    const std::size_t saved = node->saved_bytes();
    out << "  n" << node->id() << " [label=\"" << reference(*node) << ' '
        << escaped(on_one_line(what), "\"\\", "\"\\") << "\\n"
        << node->shape();
    if (saved > 0) out << "\\nkeeps " << saved << " bytes";
    out << "\", fillcolor=\"" << dot_colour(*node, !name(*node).empty()) << "\""
        << (node == nodes_.back() ? ", penwidth=2" : "") << "];\n";
    for (const auto& input : node->inputs()) {
      if (input) out << "  n" << input->id() << " -> n" << node->id() << ";\n";
    }
  }
  out << "}\n";
  return std::move(out).str();
}

}  // namespace xgrad
