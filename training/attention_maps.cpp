#include <xgrad/training/attention_maps.hpp>

#include <memory>
#include <string_view>

#include <xgrad/core/autograd/observer.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/eval_guard.hpp>
#include <xgrad/nn/forward_scope.hpp>

namespace xgrad::training {
namespace {

// " (in blocks.0.attention)" → "blocks.0.attention"
std::string current_module() {
  const std::string place = ErrorScope::current_place();
  constexpr std::string_view before = " (in ";
  return place.starts_with(before) ? place.substr(before.size(), place.size() - before.size() - 1) : place;
}

class Collector : public Observer {
 public:
  std::vector<AttentionMap> maps;

  void see_op(const char* op, const Variable& result, const Inputs&) override {
    if (std::string_view(op) == "fused_attention") {
      fail("attention_maps",
           "attention ran as one node, which has no weights; set its option `fused` to false");
    }
    if (std::string_view(op) == "softmax" && result.dim() == 4)
      maps.push_back({current_module(), result.value()});
  }
};

}  // namespace

std::vector<AttentionMap> attention_maps(const nn::Module& model, const std::function<void()>& forward) {
  const nn::EvalGuard eval(model);
  const nn::ForwardScope scope(model);  // the paths start here, also if `forward` calls a part of the model
  const auto collector = std::make_shared<Collector>();
  observe(collector);
  forward();
  return std::move(collector->maps);
}

}  // namespace xgrad::training
