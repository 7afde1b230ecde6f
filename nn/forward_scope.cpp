#include <vector>

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {
namespace {

// The dotted path from one module down to another.
class PathFinder : public Visitor {
 public:
  PathFinder(const Module& root, const Module& wanted) : wanted_(wanted) { root.visit(*this); }
  const std::string& path() const { return path_; }  // empty where there is none

  Visitor& operator()(std::string_view, const Variable&) override { return *this; }
  Visitor& operator()(std::string_view name, const Module& child) override {
    if (found_) return *this;
    const std::size_t length = path_.size();
    if (length > 0) path_ += '.';
    path_ += name;
    found_ = &child == &wanted_;
    if (!found_) child.visit(*this);
    if (!found_) path_.resize(length);
    return *this;
  }

 private:
  const Module& wanted_;
  std::string path_;
  bool found_ = false;
};

}  // namespace

// As seen from the outermost module that knows it; of a module that none knows, the one around it counts.
std::string ForwardScope::place() const {
  std::vector<const Module*> modules;  // innermost first
  for (const ErrorScope* scope = this; scope; scope = scope->outer()) {
    if (const auto* forward = dynamic_cast<const ForwardScope*>(scope)) modules.push_back(&forward->module_);
  }
  for (std::size_t inner = 0; inner < modules.size(); ++inner) {
    for (std::size_t root = modules.size() - 1; root > inner; --root) {
      const PathFinder finder(*modules[root], *modules[inner]);
      if (!finder.path().empty()) return " (in " + finder.path() + ")";
    }
  }
  return {};
}

}  // namespace xgrad::nn
