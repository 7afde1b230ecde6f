#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// One member that `visit` names: a parameter, a buffer, or a child. `variable` is null for a child, `child`
/// for the others.
struct Member {
  std::string_view name;
  const Variable* variable;
  bool is_buffer;
  const Module* child;
};

/// `visit` with a function: on_member(member) is called for the members of one module, in their order.
/// Undefined Variables are passed over; who wants what is below a child goes there itself.
template <class OnMember>
void for_each_member(const Module& module, const OnMember& on_member) {
  class Members : public Visitor {
   public:
    explicit Members(const OnMember& on_member) : on_member_(on_member) {}
    Visitor& operator()(std::string_view name, const Variable& parameter) override {
      return see({name, &parameter, false, nullptr});
    }
    Visitor& buffer(std::string_view name, const Variable& buffer) override {
      return see({name, &buffer, true, nullptr});
    }
    Visitor& operator()(std::string_view name, const Module& child) override {
      return see({name, nullptr, false, &child});
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
/// Throws where a module names two members alike, or a buffer requires a gradient.
std::vector<NamedMember> all_members(const Module& module);

}  // namespace xgrad::nn
