#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// One member that `visit` names: a parameter or a buffer, which has a `variable`, or a `child`. The other
/// pointer is null.
struct Member {
  std::string_view name;
  const Variable* variable = nullptr;
  bool is_buffer = false;
  const Module* child = nullptr;
};

/// Calls on_member(member) for each member of one module, in the order of `visit`. Skips undefined Variables.
/// Does not descend into children.
template <class OnMember>
void for_each_member(const Module& module, const OnMember& on_member) {
  class Members : public Visitor {
   public:
    explicit Members(const OnMember& on_member) : on_member_(on_member) {}
    Visitor& operator()(std::string_view name, const Variable& parameter) override {
      return see({.name = name, .variable = &parameter});
    }
    Visitor& buffer(std::string_view name, const Variable& buffer) override {
      return see({.name = name, .variable = &buffer, .is_buffer = true});
    }
    Visitor& operator()(std::string_view name, const Module& child) override {
      return see({.name = name, .child = &child});
    }

   private:
    Visitor& see(const Member& member) {
      if (member.child || member.variable->defined()) on_member_(member);
      return *this;
    }
    const OnMember& on_member_;
  };
  Members members(on_member);
  module.visit(members);
}

/// A parameter or a buffer in a module's tree, under its dotted path.
struct NamedMember {
  std::string name;
  Variable variable;
  bool is_buffer;
};

/// All parameters and buffers of the tree in the order of `visit`, a shared one under each of its names.
/// Throws if a name is refused or a buffer requires a gradient, see `Module::visit`.
std::vector<NamedMember> all_members(const Module& module);  // module.cpp

}  // namespace xgrad::nn
