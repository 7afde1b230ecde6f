#pragma once

#include <string_view>

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// `visit` with functions: on_parameter(name, parameter) and on_child(name, module) are called for the
/// members of one module, in their order. Undefined Variables are passed over; who wants what is below a
/// child goes there itself.
template <class OnParameter, class OnChild>
void for_each_member(const Module& module, const OnParameter& on_parameter, const OnChild& on_child) {
  class Members : public Visitor {
   public:
    Members(const OnParameter& on_parameter, const OnChild& on_child)
        : on_parameter_(on_parameter), on_child_(on_child) {}
    Visitor& operator()(std::string_view name, const Variable& parameter) override {
      if (parameter.defined()) on_parameter_(name, parameter);
      return *this;
    }
    Visitor& operator()(std::string_view name, const Module& child) override {
      on_child_(name, child);
      return *this;
    }

   private:
    const OnParameter& on_parameter_;
    const OnChild& on_child_;
  };
  Members members(on_parameter, on_child);
  module.visit(members);
}

}  // namespace xgrad::nn
