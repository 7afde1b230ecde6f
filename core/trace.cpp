#include <xgrad/core/trace.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>

#include <xgrad/core/error.hpp>

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

std::string reference(const Node& node) {
  std::string text = "#";
  return text += std::to_string(node.id());
}

std::string inputs_text(const Node& node) {
  std::string text;
  for (const auto& input : node.inputs()) {
    if (!text.empty()) text += ' ';
    text += input ? reference(*input) : "-";
  }
  return text.empty() ? "-" : text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

using Row = std::array<std::string, 5>;

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tape& tape) {
  std::vector<Row> rows{{"id", "op", "shape", "inputs", "saved bytes"}};
  for (const auto& node : tape) {
    const std::string name = tape.name(*node);
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
  out << "digraph tape {\n";
  for (const auto& node : nodes_) {
    const std::string label = node->is_leaf() ? name(*node) : node->op();
    out << "  n" << node->id() << " [label=\"" << reference(*node) << (label.empty() ? "" : " ")
        << escaped(label) << "\\n"
        << node->shape() << '"' << (node->is_leaf() ? ", shape=box" : "") << "];\n";
    for (const auto& input : node->inputs()) {
      if (input) out << "  n" << input->id() << " -> n" << node->id() << ";\n";
    }
  }
  out << "}\n";
  return std::move(out).str();
}

}  // namespace xgrad
