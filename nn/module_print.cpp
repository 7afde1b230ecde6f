// Prints a module as a tree, with shapes and numbers of parameters.

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

#include <xgrad/nn/members.hpp>

namespace xgrad::nn {
namespace {

struct Line {
  std::string text;
  std::int64_t count = 0;  // parameters that no line above has counted
};

// "xgrad::nn::ModuleList<xgrad::nn::Linear>" → "ModuleList"
std::string short_name(const Module& module) {
  std::string name = module.type_name();
  name = name.substr(0, name.find('<'));
  const std::size_t colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

// 12,345
std::string grouped(std::int64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

class Printer {
 public:
  std::vector<Line> lines;

  // Prints the module's lines; the first begins with `head`. Returns how many parameters are new in them.
  std::int64_t print(const Module& module, const std::string& head, const std::string& indent,
                     const std::string& path) {
    bool has_children = false;
    for_each_member(module, [&](const Member& member) { has_children = has_children || member.child; });
    const std::size_t own = lines.size();
    lines.push_back({indent + head + short_name(module) + "("});
    std::string inside;  // the parentheses: extra_repr, and the members of a module without children
    const auto add = [&](const std::string& text) { (inside += inside.empty() ? "" : ", ") += text; };
    std::int64_t count = 0;
    for_each_member(module, [&](const Member& member) {
      const std::string name(member.name);
      if (member.child) {
        count += print(*member.child, "(" + name + "): ", indent + "  ", path + name + ".");
        return;
      }
      const auto [text, added] = describe(member, path + name);
      count += added;
      if (has_children) {
        lines.push_back({indent + "  (" + name + "): " + text, added});
      } else {
        add(name + " " + text);
      }
    });
    if (const std::string extra = module.extra_repr(); !extra.empty()) add(extra);
    lines[own].text += inside;
    lines[own].count = count;
    if (has_children) {
      lines.push_back({indent + ")"});
    } else {
      lines[own].text += ")";
    }
    return count;
  }

 private:
  // The member's text, such as "(3, 4) buffer = token.weight", which names where a shared one was printed
  // first; and how many parameters are new.
  std::pair<std::string, std::int64_t> describe(const Member& member, const std::string& path) {
    const Variable& variable = *member.variable;
    const std::string text = variable.shape().str() + (member.is_buffer ? " buffer" : "");
    for (const auto& [shown, at] : shown_) {
      if (shown.is(variable)) return {text + " = " + at, 0};
    }
    shown_.emplace_back(variable, path);
    return {text, member.is_buffer ? 0 : variable.numel()};
  }

  std::vector<std::pair<Variable, std::string>> shown_;  // each with its path
};

// The number of characters in UTF-8 text.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Module& module) {
  Printer printer;
  const std::int64_t total = printer.print(module, "", "", "");
  std::size_t widest = 0, digits = 0;
  for (const Line& line : printer.lines) {
    if (line.count == 0) continue;
    widest = std::max(widest, width(line.text));
    digits = std::max(digits, grouped(line.count).size());
  }
  for (const Line& line : printer.lines) {
    out << line.text;
    if (line.count > 0) {
      const std::string count = grouped(line.count);
      out << std::string(widest - width(line.text) + 2 + digits - count.size(), ' ') << count;
    }
    out << '\n';
  }
  std::int64_t frozen = 0;
  for (const Variable& parameter : module.parameters()) {
    if (!parameter.requires_grad()) frozen += parameter.numel();
  }
  out << grouped(total) << " parameters";
  if (frozen > 0) out << ", " << grouped(frozen) << " of them frozen";
  return out << '\n';
}

}  // namespace xgrad::nn
