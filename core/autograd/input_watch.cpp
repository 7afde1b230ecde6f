#include <xgrad/core/autograd/input_watch.hpp>

namespace xgrad {

constinit thread_local InputWatch* InputWatch::innermost_ = nullptr;

}  // namespace xgrad
