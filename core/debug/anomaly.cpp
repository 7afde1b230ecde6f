#include <xgrad/core/debug/anomaly.hpp>

#include <cmath>
#include <deque>
#include <optional>
#include <sstream>
#include <unordered_set>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad {
namespace {

struct Anomaly {
  double value;  // the first one, in row-major order
  Shape index;
  std::int64_t count;
};

std::ostream& operator<<(std::ostream& out, const Anomaly& anomaly) {
  if (std::isnan(anomaly.value)) return out << "NaN";
  return out << (anomaly.value < 0 ? "-inf" : "inf");
}

template <class T>
std::optional<Anomaly> find_in(const Tensor& x, bool infinities) {
  const T* const numbers = kernels::raw<T>(x);
  std::optional<Anomaly> found;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    if (infinities ? std::isfinite(numbers[i]) : !std::isnan(numbers[i])) continue;
    if (!found) found = Anomaly{static_cast<double>(numbers[i]), unravel_index(i, x.shape()), 0};
    ++found->count;
  }
  return found;
}

std::optional<Anomaly> find_anomaly(Tensor x, bool infinities) {
  if (!is_floating(x.dtype()) || x.numel() == 0) return {};
  std::int64_t copies = 1;  // an expanded dim repeats the same elements: they are read once
  for (int i = 0; i < x.dim(); ++i) {
    if (x.strides()[i] != 0) continue;
    copies *= x.size(i);
    x = x.slice(i, 0, 1);
  }
  x = x.contiguous();
  auto found =
      kernels::dispatch_floating("AnomalyGuard", x, [&]<class T>() { return find_in<T>(x, infinities); });
  if (found) found->count *= copies;
  return found;
}

// "1 of 4 elements, the first at (0, 0)"
std::string extent(const Anomaly& anomaly, const Shape& shape) {
  std::ostringstream text;
  text << anomaly.count << " of " << shape.numel() << " elements, the first at " << anomaly.index;
  return std::move(text).str();
}

const char* advice(const Anomaly& anomaly) {
  return std::isnan(anomaly.value) ? "" : "; if it is meant to be there, pass {.infinities = false}";
}

}  // namespace

class AnomalyGuard::Scope : public Observer {
 public:
  Scope(Names parameters, const AnomalyOptions& options)
      : parameters(std::move(parameters)), options(options) {}

  void see_op(const char* op, const Variable& result, const Inputs& inputs) override {
    if (is_replaying()) return;
    const std::optional<Anomaly> found = find(result);
    if (!found) return;

    std::ostringstream listed;
    std::vector<const Node*> nodes;
    bool came_in = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].defined()) continue;
      const Node* const node = inputs[i].node().get();
      listed << (nodes.empty() ? "; inputs: " : ", ") << (node ? reference(*node) : "a constant") << ' '
             << inputs[i].shape();
      nodes.push_back(node);
      if (const auto before = find(inputs[i])) {
        came_in = true;
        listed << " which holds " << *before << " at " << before->index;
      }
    }
    const std::string where =
        result.node() ? reference(*result.node()) : std::string(op) + ", which was not recorded,";
    fail_state("AnomalyGuard", where, came_in ? " passed on " : " made ", *found, " in its result of shape ",
               result.shape(), ": ", extent(*found, result.shape()), listed.str(), nearest_parameter(nodes),
               advice(*found));
  }

  void see_gradients(const Node& node, const Variable& grad, const Gradients& gradients) override {
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const Node* const input = node.inputs()[i].get();
      if (!input || !gradients[i].defined()) continue;
      check_gradient(node, grad, gradients[i], "the backward of ",
                     "its input " + std::to_string(i) + ", " + reference(*input) + " of shape ");
    }
  }

  void see_hook(const Node& node, const Variable& grad, const Variable& replacement) override {
    check_gradient(node, grad, replacement, "a hook on ", "shape ");
  }

  const Names parameters;
  const AnomalyOptions options;

 private:
  // Only the newest guard of this thread finds anything.
  std::optional<Anomaly> find(const Variable& x) const {
    const Scope* newest = nullptr;
    for (const auto& observer : observers()) {
      if (const auto* scope = dynamic_cast<const Scope*>(observer.get())) newest = scope;
    }
    return newest == this ? find_anomaly(x.value(), options.infinities) : std::nullopt;
  }

  void check_gradient(const Node& node, const Variable& grad, const Variable& made, const char* maker,
                      const std::string& place) const {
    const std::optional<Anomaly> found = find(made);
    if (!found) return;
    const std::string cause = cause_of(grad);
    fail_state("AnomalyGuard", maker, reference(node), cause.empty() ? " made " : " passed on ", *found,
               " in the gradient of ", place, made.shape(), ": ", extent(*found, made.shape()), cause,
               nearest_parameter({&node}), advice(*found));
  }

  // "; the gradient it was given held NaN at (0,)", or nothing where that gradient was good.
  std::string cause_of(const Variable& grad) const {
    const auto before = find(grad);
    if (!before) return {};
    std::ostringstream text;
    text << "; the gradient it was given held " << *before << " at " << before->index;
    return std::move(text).str();
  }

  // "; nearest parameter: W_q.weight (32, 32)": the one with the fewest ops between, or nothing.
  std::string nearest_parameter(const std::vector<const Node*>& from) const {
    std::deque<const Node*> queue(from.begin(), from.end());
    std::unordered_set<const Node*> seen;
    while (!queue.empty()) {
      const Node* const node = queue.front();
      queue.pop_front();
      if (!node || !seen.insert(node).second) continue;
      const std::string name = parameter_name(*node);
      if (!name.empty()) return "; nearest parameter: " + name + " " + node->shape().str();
      for (const auto& input : node->inputs()) queue.push_back(input.get());
    }
    return {};
  }

  // "node #12 (mul)", "parameter W_q.weight"
  std::string reference(const Node& node) const {
    const std::string name = parameter_name(node);
    if (!name.empty()) return "parameter " + name;
    std::ostringstream text;
    text << node;
    return std::move(text).str();
  }

  // The name of a leaf; empty if it has none.
  std::string parameter_name(const Node& node) const {
    for (const auto& [name, parameter] : parameters) {
      if (node.is_leaf() && parameter.node().get() == &node) return name;
    }
    return {};
  }
};

void AnomalyGuard::begin(Names parameters, const AnomalyOptions& options) {
  scope_ = std::make_shared<Scope>(std::move(parameters), options);
  observe(scope_);
}

const AnomalyGuard::Names& AnomalyGuard::parameters() const { return scope_->parameters; }
const AnomalyOptions& AnomalyGuard::options() const { return scope_->options; }

}  // namespace xgrad
