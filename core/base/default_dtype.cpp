#include <xgrad/core/base/default_dtype.hpp>

#include <atomic>
#include <utility>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

constinit std::atomic<DType> of_all_threads{float32};
constinit thread_local std::optional<DType> of_this_thread;  // the innermost guard's

DType checked(std::string_view op, DType dtype) {
  if (!is_floating(dtype)) fail(op, "the default must be float32 or float64, not ", dtype);
  return dtype;
}

}  // namespace

DType get_default_dtype() { return of_this_thread.value_or(of_all_threads.load(std::memory_order_relaxed)); }

void set_default_dtype(DType dtype) { of_all_threads = checked("set_default_dtype", dtype); }

DefaultDtypeGuard::DefaultDtypeGuard(DType dtype)
    : before_(std::exchange(of_this_thread, checked("DefaultDtypeGuard", dtype))) {}
DefaultDtypeGuard::~DefaultDtypeGuard() { of_this_thread = before_; }

}  // namespace xgrad
