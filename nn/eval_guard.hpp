#pragma once

#include <vector>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// As long as it lives, a module and its children are in eval mode, and this thread records nothing:
/// `model.eval()` and `torch.no_grad()` in one. Afterwards each of them is in its earlier mode again, also
/// after an exception. The module must outlive the guard and not be moved meanwhile. If it is in eval mode
/// already, nothing is written, and several threads may do so at once.
class EvalGuard {
 public:
  [[nodiscard]] explicit EvalGuard(const Module& module);
  ~EvalGuard();
  EvalGuard(const EvalGuard&) = delete;
  EvalGuard& operator=(const EvalGuard&) = delete;

 private:
  const NoGradGuard no_grad_;
  std::vector<const Module*> were_training_;
};

}  // namespace xgrad::nn
