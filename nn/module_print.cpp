// A module as a tree: what it is made of, with shapes and numbers of parameters.

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
  std::int64_t count = 0;  // of the parameters below that no line above has counted
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

struct Member {
  std::string name;
  Variable parameter;
  const Module* module;  // or null
};

std::vector<Member> members_of(const Module& module) {
  std::vector<Member> all;
  for_each_member(
      module,
      [&](std::string_view name, const Variable& parameter) {
        all.push_back({std::string(name), parameter, nullptr});
      },
      [&](std::string_view name, const Module& child) {
        all.push_back({std::string(name), {}, &child});
      });
  return all;
}

class Printer {
 public:
  std::vector<Line> lines;

  // Opens the module's line, which begins with `head`; returns how many parameters are new in it.
  std::int64_t print(const Module& module, const std::string& head, const std::string& indent,
                     const std::string& path) {
    const std::vector<Member> members = members_of(module);
    const bool has_children =
        std::any_of(members.begin(), members.end(), [](const Member& member) { return member.module; });
    const std::size_t own = lines.size();
    lines.push_back({indent + head + short_name(module) + "("});
    std::vector<std::string> inside;  // of a module without children
    std::int64_t count = 0;
    for (const auto& [name, parameter, child] : members) {
      if (child) {
        count += print(*child, "(" + name + "): ", indent + "  ", path + name + ".");
        continue;
      }
      const auto [text, added] = describe(parameter, path + name);
      count += added;
      if (has_children) {
        lines.push_back({indent + "  (" + name + "): " + text, added});
      } else {
        inside.push_back(name + " " + text);
      }
    }
    if (const std::string extra = module.extra_repr(); !extra.empty()) inside.push_back(extra);
    for (std::size_t i = 0; i < inside.size(); ++i) lines[own].text += (i ? ", " : "") + inside[i];
    lines[own].count = count;
    if (has_children) {
      lines.push_back({indent + ")"});
    } else {
      lines[own].text += ")";
    }
    return count;
  }

 private:
  // The shape, or for one that was shown before also where; and how many numbers are new.
  std::pair<std::string, std::int64_t> describe(const Variable& parameter, const std::string& path) {
    const std::string shape = parameter.shape().str();
    for (const auto& [shown, at] : shown_) {
      if (shown.is(parameter)) return {shape + " = " + at, 0};
    }
    shown_.emplace_back(parameter, path);
    return {shape, parameter.numel()};
  }

  std::vector<std::pair<Variable, std::string>> shown_;  // and where
};

// The characters of UTF-8 text.
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
