#pragma once

namespace xgrad {

/// Whether ops record themselves, in this thread. On at the start.
bool grad_enabled();

/// Turns recording on or off in this thread while it lives, and then restores the former state. A guard needs
/// a name: `NoGradGuard{};` ends at its semicolon and does nothing, so compilers warn about it.
class GradModeGuard {
 public:
  [[nodiscard]] explicit GradModeGuard(bool enabled);
  ~GradModeGuard();
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool before_;
};

/// Turns recording off while it lives: for evaluation, and for optimisers' updates.
class NoGradGuard : GradModeGuard {
 public:
  [[nodiscard]] NoGradGuard() : GradModeGuard(false) {}
};

}  // namespace xgrad
