#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// A list of modules of one type, named "0", "1", ... A loop calls them.
template <class M>
class ModuleList : public Module {
 public:
  template <class... Args>
  M& emplace_back(Args&&... args) {
    return modules_.emplace_back(std::forward<Args>(args)...);
  }
  void push_back(M&& module) { modules_.push_back(std::move(module)); }

  std::size_t size() const { return modules_.size(); }
  M& operator[](std::size_t i) { return modules_[checked(i)]; }
  const M& operator[](std::size_t i) const { return modules_[checked(i)]; }
  auto begin() { return modules_.begin(); }
  auto end() { return modules_.end(); }
  auto begin() const { return modules_.begin(); }
  auto end() const { return modules_.end(); }

  void visit(Visitor& visitor) const override {
    for (std::size_t i = 0; i < modules_.size(); ++i) visitor(std::to_string(i), modules_[i]);
  }

 private:
  std::size_t checked(std::size_t i) const {
    if (i < size()) return i;
    fail_range("ModuleList", "index ", i, " is out of range for ", size(), " modules");
  }

  std::vector<M> modules_;
};

}  // namespace xgrad::nn
