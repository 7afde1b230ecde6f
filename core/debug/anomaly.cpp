#include <xgrad/core/debug/anomaly.hpp>

#include <cmath>
#include <deque>
#include <optional>
#include <sstream>
#include <unordered_set>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/raw.hpp>

namespace xgrad {
namespace {

using Scope = AnomalyGuard::Scope;

// In the order they began. They belong to their guards, which may end in any order, and in another thread.
thread_local std::vector<std::weak_ptr<const Scope>> scopes;
thread_local bool in_replay = false;

// The one that is asked; null where this thread is not guarded.
std::shared_ptr<const Scope> innermost() {
  for (; !scopes.empty(); scopes.pop_back()) {
    if (auto scope = scopes.back().lock()) return scope;
  }
  return nullptr;
}

struct Anomaly {
  double value;
  Shape index;
  std::int64_t count;
};

std::ostream& operator<<(std::ostream& out, const Anomaly& anomaly) {
  if (std::isnan(anomaly.value)) return out << "NaN";
  return out << (anomaly.value < 0 ? "-inf" : "inf");
}

// The first one, in row-major order, and how many. An expanded dim shows the same elements again and again:
// they are looked at once.
template <class T>
std::optional<Anomaly> find_in(const Tensor& x, bool infinities) {
  Shape shape = x.shape(), at = Shape::filled(x.dim(), 0);
  std::int64_t copies = 1;
  for (int i = 0; i < x.dim(); ++i) {
    if (x.strides()[i] == 0) copies *= std::exchange(shape[i], 1);
  }
  std::optional<Anomaly> found;
  const T* from = kernels::raw<T>(x);
  std::int64_t offset = 0;
  for (std::int64_t left = shape.numel(); left > 0; --left) {
    const T value = from[offset];
    if (infinities ? !std::isfinite(value) : std::isnan(value)) {
      if (!found) found = Anomaly{static_cast<double>(value), at, 0};
      found->count += copies;
    }
    for (int i = x.dim() - 1; i >= 0; --i) {  // count one up, as an odometer does
      offset += x.strides()[i];
      if (++at[i] < shape[i]) break;
      offset -= shape[i] * x.strides()[i];
      at[i] = 0;
    }
  }
  return found;
}

std::optional<Anomaly> find_anomaly(const Tensor& x, const Scope& scope) {
  if (!is_floating(x.dtype()) || x.numel() == 0) return {};
  return kernels::dispatch_floating("AnomalyGuard", x,
                                    [&]<class T>() { return find_in<T>(x, scope.options.infinities); });
}

std::string parameter_name(const Node& leaf, const Scope& scope) {
  for (const auto& [name, parameter] : scope.parameters) {
    if (parameter.node().get() == &leaf) return name;
  }
  return {};
}

// "node #12 (mul)", "parameter W_q.weight"
std::string reference(const Node& node, const Scope& scope) {
  const std::string name = node.is_leaf() ? parameter_name(node, scope) : "";
  std::ostringstream text;
  if (name.empty()) {
    text << node;
  } else {
    text << "parameter " << name;
  }
  return std::move(text).str();
}

// "; nearest parameter: W_q.weight (32, 32)": the one with the fewest ops between, or nothing.
std::string nearest_parameter(const std::vector<const Node*>& from, const Scope& scope) {
  std::deque<const Node*> queue(from.begin(), from.end());
  std::unordered_set<const Node*> seen;
  while (!queue.empty()) {
    const Node* const node = queue.front();
    queue.pop_front();
    if (!node || !seen.insert(node).second) continue;
    const std::string name = node->is_leaf() ? parameter_name(*node, scope) : "";
    if (!name.empty()) return "; nearest parameter: " + name + " " + node->shape().str();
    for (const auto& input : node->inputs()) queue.push_back(input.get());
  }
  return {};
}

std::string extent(const Anomaly& anomaly, const Shape& shape) {
  std::ostringstream text;
  text << anomaly.count << " of " << shape.numel() << " elements, the first at " << anomaly.index;
  return std::move(text).str();
}

// Whether a gradient was bad before: "; the gradient it was given held NaN at (0,)", or nothing.
std::string cause_of(const Variable& given, const Scope& scope) {
  const auto before = find_anomaly(given.value(), scope);
  if (!before) return {};
  std::ostringstream text;
  text << "; the gradient it was given held " << *before << " at " << before->index;
  return std::move(text).str();
}

const char* advice(const Anomaly& anomaly) {
  return std::isnan(anomaly.value) ? "" : "; if it is meant to be there, pass {.infinities = false}";
}

}  // namespace

void AnomalyGuard::begin(Names parameters, const AnomalyOptions& options) {
  scope_ = std::shared_ptr<Scope>(new Scope{std::move(parameters), options});
  std::erase_if(scopes, [](const auto& scope) { return scope.expired(); });
  scopes.push_back(scope_);
  anomaly::guards.fetch_add(1, std::memory_order_relaxed);
}

AnomalyGuard::~AnomalyGuard() { anomaly::guards.fetch_sub(1, std::memory_order_relaxed); }

namespace anomaly {

constinit std::atomic<int> guards{0};

ReplayScope::ReplayScope() : outer_(std::exchange(in_replay, true)) {}
ReplayScope::~ReplayScope() { in_replay = outer_; }

void check_result(const char* op, const Variable& result, const Inputs& inputs) {
  InputWatch::show(inputs);
  const auto scope = in_replay ? nullptr : innermost();
  if (!scope) return;
  const std::optional<Anomaly> found = find_anomaly(result.value(), *scope);
  if (!found) return;

  std::ostringstream listed;  // the inputs, and whether it came in with one of them
  std::vector<const Node*> nodes;
  bool came_in = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) continue;
    const Node* const node = inputs[i].node().get();
    nodes.push_back(node);
    listed << (nodes.size() > 1 ? ", " : "") << (node ? reference(*node, *scope) : "a constant") << ' '
           << inputs[i].shape();
    if (const auto before = find_anomaly(inputs[i].value(), *scope)) {
      came_in = true;
      listed << " which holds " << *before << " at " << before->index;
    }
  }
  std::ostringstream where;
  if (result.node()) {
    where << reference(*result.node(), *scope);
  } else {
    where << op << ", which was not recorded,";
  }
  fail_state("AnomalyGuard", where.str(), came_in ? " passed on " : " made ", *found,
             " in its result of shape ", result.shape(), ": ", extent(*found, result.shape()),
             "; inputs: ", listed.str(), nearest_parameter(nodes, *scope), advice(*found));
}

void check_gradients(const Node& node, const Variable& given, Gradients& gradients) {
  const auto scope = innermost();
  if (!scope) return;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Node* const input = node.inputs()[i].get();
    if (!input || !gradients[i].defined()) continue;
    const std::optional<Anomaly> found = find_anomaly(gradients[i].value(), *scope);
    if (!found) continue;
    const std::string cause = cause_of(given, *scope);
    fail_state("AnomalyGuard", "the backward of ", reference(node, *scope),
               cause.empty() ? " made " : " passed on ", *found, " in the gradient of its input ", i, ", ",
               reference(*input, *scope), " of shape ", input->shape(), ": ", extent(*found, input->shape()),
               cause, nearest_parameter({&node}, *scope), advice(*found));
  }
}

void check_hook(const Node& node, const Variable& given, const Variable& made) {
  const auto scope = innermost();
  if (!scope) return;
  const std::optional<Anomaly> found = find_anomaly(made.value(), *scope);
  if (!found) return;
  const std::string cause = cause_of(given, *scope);
  fail_state("AnomalyGuard", "a hook on ", reference(node, *scope), cause.empty() ? " made " : " passed on ",
             *found, " in the gradient of shape ", node.shape(), ": ", extent(*found, node.shape()), cause,
             nearest_parameter({&node}, *scope), advice(*found));
}

}  // namespace anomaly
}  // namespace xgrad
