#include <xgrad/core/autograd/grad_mode.hpp>

#include <utility>

namespace xgrad {
namespace {
thread_local bool enabled = true;
}  // namespace

bool grad_enabled() { return enabled; }

GradModeGuard::GradModeGuard(bool enable) : before_(std::exchange(enabled, enable)) {}
GradModeGuard::~GradModeGuard() { enabled = before_; }

}  // namespace xgrad
