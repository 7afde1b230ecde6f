#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <mutex>

#include <xgrad/core/base/error.hpp>

namespace xgrad {

const NamedTensors& goldens(std::string_view file) {
  static std::mutex mutex;
  static std::map<std::string, NamedTensors, std::less<>> files;
  const std::scoped_lock lock(mutex);
  const auto at = files.find(file);
  if (at != files.end()) return at->second;
  const std::string name(file);
  return files[name] = load_safetensors(std::string(XGRAD_GOLDEN_DIR) + "/" + name + ".safetensors").tensors;
}

const Tensor& golden(std::string_view file, std::string_view key) {
  for (const auto& [name, tensor] : goldens(file)) {
    if (name == key) return tensor;
  }
  fail_range("golden", file, ".safetensors has no ", key);
}

template <class T>
std::vector<T> golden_values(std::string_view file, std::string_view key) {
  const Tensor& values = golden(file, key);
  if (values.dtype() != dtype_of<T>()) fail("golden", file, ": ", key, " is ", values.dtype());
  return values.to_vector<T>();
}
template std::vector<float> golden_values(std::string_view, std::string_view);
template std::vector<double> golden_values(std::string_view, std::string_view);
template std::vector<std::int64_t> golden_values(std::string_view, std::string_view);
template std::vector<bool> golden_values(std::string_view, std::string_view);

double max_abs_diff(const Tensor& a, const Tensor& b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.shape() != b.shape()) return infinity;
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) continue;
    const double difference = std::abs(x[i] - y[i]);
    largest = std::isnan(difference) ? infinity : std::max(largest, difference);
  }
  return largest;
}

double max_abs(const Tensor& x) {
  double largest = 0;
  for (double value : x.to_vector<double>()) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

Variable slope(const std::function<Variable(const Variable&)>& f, const Variable& g, const Variable& x) {
  const Variable at = x.requires_grad() ? x : Variable(x.value(), true);
  return grad({f(at)}, {at}, {.grad_outputs = {g}, .create_graph = true})[0];
}

}  // namespace xgrad
