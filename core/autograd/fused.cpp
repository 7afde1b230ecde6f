#include <xgrad/core/autograd/fused.hpp>

#include <atomic>
#include <cstdlib>
#include <string_view>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/node.hpp>
#include <xgrad/core/autograd/tape.hpp>

namespace xgrad {
namespace {

bool is_wanted_at_start() {
  const char* const wish = std::getenv("XGRAD_READABLE_RULES");
  return wish && std::string_view(wish) == "1";
}

std::atomic<bool> is_on{is_wanted_at_start()};

}  // namespace

bool readable_rules() { return is_on.load(std::memory_order_relaxed); }
void set_readable_rules(bool on) { is_on.store(on, std::memory_order_relaxed); }

const Tensor& KernelReplay::saved(std::size_t i) const { return replay_.kept(i).value; }
const Tensor& KernelReplay::output() const { return replay_.kept_output().value; }

Tensor KernelReplay::sum_so_far(std::size_t input) const {
  return wants(input) ? replay_.engine_.sum_so_far(*replay_.node_.inputs()[input]) : Tensor();
}

Tensor KernelReplay::memory_for_gradient() const { return memory_for_result(replay_.grad()); }

Gradients as_gradients(KernelGradients&& gradients) {
  Gradients list(gradients.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (gradients[i].defined()) list[i] = Variable(std::move(gradients[i]));
  }
  return list;
}

}  // namespace xgrad
