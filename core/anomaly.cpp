#include <xgrad/core/anomaly.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <sstream>
#include <unordered_set>

#include <xgrad/core/error.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {
namespace {

thread_local const AnomalyGuard* innermost = nullptr;
thread_local bool in_replay = false;

struct Anomaly {
  double value;
  Shape index;
  std::int64_t count;
};

std::ostream& operator<<(std::ostream& out, const Anomaly& anomaly) {
  if (std::isnan(anomaly.value)) return out << "NaN";
  return out << (anomaly.value < 0 ? "-inf" : "inf");
}

// The first one, in row-major order.
std::optional<Anomaly> find_anomaly(const Tensor& x) {
  if (!is_floating(x.dtype())) return {};
  const auto is_anomaly = [infinities = innermost->options().infinities](double v) {
    return infinities ? !std::isfinite(v) : std::isnan(v);
  };
  const std::vector<double> values = x.to_vector<double>();
  const auto first = std::find_if(values.begin(), values.end(), is_anomaly);
  if (first == values.end()) return {};
  return Anomaly{*first, unravel_index(first - values.begin(), x.shape()),
                 std::count_if(first, values.end(), is_anomaly)};
}

std::string parameter_name(const Node& leaf) {
  for (const auto& [name, parameter] : innermost->parameters()) {
    if (parameter.node().get() == &leaf) return name;
  }
  return {};
}

// "node #12 (mul)", "parameter W_q.weight"
std::string reference(const Node& node) {
  const std::string name = node.is_leaf() ? parameter_name(node) : "";
  std::ostringstream text;
  if (name.empty()) {
    text << "node #" << node.id() << " (" << node.op() << ')';
  } else {
    text << "parameter " << name;
  }
  return std::move(text).str();
}

// "; nearest parameter: W_q.weight (32, 32)": the one with the fewest ops between, or nothing.
std::string nearest_parameter(const std::vector<const Node*>& from) {
  std::deque<const Node*> queue(from.begin(), from.end());
  std::unordered_set<const Node*> seen;
  while (!queue.empty()) {
    const Node* const node = queue.front();
    queue.pop_front();
    if (!node || !seen.insert(node).second) continue;
    const std::string name = node->is_leaf() ? parameter_name(*node) : "";
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

const char* advice(const Anomaly& anomaly) {
  return std::isnan(anomaly.value) ? "" : "; if it is meant to be there, pass {.infinities = false}";
}

}  // namespace

AnomalyGuard::AnomalyGuard(Names parameters, const AnomalyOptions& options)
    : parameters_(std::move(parameters)), options_(options), outer_(std::exchange(innermost, this)) {
  anomaly::guards.fetch_add(1, std::memory_order_relaxed);
}

AnomalyGuard::~AnomalyGuard() {
  anomaly::guards.fetch_sub(1, std::memory_order_relaxed);
  innermost = outer_;
}

namespace anomaly {

ReplayScope::ReplayScope() : outer_(std::exchange(in_replay, true)) {}
ReplayScope::~ReplayScope() { in_replay = outer_; }

void check_result(const char* op, const Variable& result, const Inputs& inputs) {
  if (!innermost || in_replay) return;
  const std::optional<Anomaly> found = find_anomaly(result.value());
  if (!found) return;

  std::ostringstream listed;  // the inputs, and whether it came in with one of them
  std::vector<const Node*> nodes;
  bool came_in = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) continue;
    const Node* const node = inputs[i].node().get();
    nodes.push_back(node);
    listed << (nodes.size() > 1 ? ", " : "") << (node ? reference(*node) : "a constant") << ' '
           << inputs[i].shape();
    if (const auto before = find_anomaly(inputs[i].value())) {
      came_in = true;
      listed << " which holds " << *before << " at " << before->index;
    }
  }
  std::ostringstream where;
  if (result.node()) {
    where << reference(*result.node());
  } else {
    where << op << ", which was not recorded,";
  }
  fail_state("AnomalyGuard", where.str(), came_in ? " passed on " : " made ", *found,
             " in its result of shape ", result.shape(), ": ", extent(*found, result.shape()),
             "; inputs: ", listed.str(), nearest_parameter(nodes), advice(*found));
}

void check_gradients(const Node& node, const Variable& given, Gradients& gradients) {
  if (!innermost) return;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Node* const input = node.inputs()[i].get();
    if (!input || !gradients[i].defined()) continue;
    const std::optional<Anomaly> found = find_anomaly(gradients[i].value());
    if (!found) continue;
    std::ostringstream cause;
    if (const auto before = find_anomaly(given.value())) {
      cause << "; the gradient it was given held " << *before << " at " << before->index;
    }
    fail_state("AnomalyGuard", "the backward of ", reference(node),
               (cause.view().empty() ? " made " : " passed on "), *found, " in the gradient of its input ", i,
               ", ", reference(*input), " of shape ", input->shape(), ": ", extent(*found, input->shape()),
               cause.str(), nearest_parameter({&node}), advice(*found));
  }
}

}  // namespace anomaly
}  // namespace xgrad
