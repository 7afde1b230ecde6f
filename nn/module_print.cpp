// A module as a tree: what it is made of, with shapes and numbers of parameters.

#include <algorithm>
#include <ostream>
#include <sstream>
#include <unordered_map>

#include <xgrad/nn/module.hpp>

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

// What one module is made of, not what those are made of in turn.
class Members : public Visitor {
 public:
  explicit Members(const Module& module) { module.visit(*this); }
  Visitor& operator()(std::string_view name, const Variable& parameter) override {
    if (parameter.defined()) all.push_back({std::string(name), parameter, nullptr});
    return *this;
  }
  Visitor& operator()(std::string_view name, const Module& child) override {
    all.push_back({std::string(name), {}, &child});
    has_children = true;
    return *this;
  }

  struct Member {
    std::string name;
    Variable parameter;
    const Module* module;  // or null
  };
  std::vector<Member> all;
  bool has_children = false;
};

class Printer {
 public:
  std::vector<Line> lines;

  // Opens the module's line, which begins with `head`; returns how many parameters are new in it.
  std::int64_t print(const Module& module, const std::string& head, const std::string& indent,
                     const std::string& path) {
    const Members members(module);
    const std::size_t own = lines.size();
    lines.push_back({indent + head + short_name(module) + "("});
    std::vector<std::string> inside;  // of a module without children
    std::int64_t count = 0;
    for (const auto& [name, parameter, child] : members.all) {
      if (child) {
        count += print(*child, "(" + name + "): ", indent + "  ", path + name + ".");
        continue;
      }
      const auto [text, added] = describe(parameter, path + name);
      count += added;
      if (members.has_children) {
        lines.push_back({indent + "  (" + name + "): " + text, added});
      } else {
        inside.push_back(name + " " + text);
      }
    }
    if (const std::string extra = module.extra_repr(); !extra.empty()) inside.push_back(extra);
    for (std::size_t i = 0; i < inside.size(); ++i) lines[own].text += (i ? ", " : "") + inside[i];
    lines[own].count = count;
    if (members.has_children) {
      lines.push_back({indent + ")"});
    } else {
      lines[own].text += ")";
    }
    return count;
  }

 private:
  // The shape, or for one that was shown before also where; and how many numbers are new.
  std::pair<std::string, std::int64_t> describe(const Variable& parameter, const std::string& path) {
    const void* const identity = &parameter.value();  // the handles of one Variable share its Tensor
    const auto [at, is_new] = paths_.emplace(identity, path);
    const std::string shape = parameter.shape().str();
    return is_new ? std::pair(shape, parameter.numel())
                  : std::pair(shape + " = " + at->second, std::int64_t{0});
  }

  std::unordered_map<const void*, std::string> paths_;
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
