#include <xgrad/core/tensor/state_reader.hpp>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

std::string described(const Shape& shape, DType dtype) {
  return std::string(name(dtype)) + " of shape " + shape.str();
}

}  // namespace

StateReader::StateReader(const NamedTensors& state) {
  for (const auto& [name, tensor] : state) {
    if (!entries_.emplace(name, tensor).second) problem("twice: " + name);
  }
}

bool StateReader::has(std::string_view prefix) const {
  const auto entry = entries_.lower_bound(std::string(prefix));
  return entry != entries_.end() && entry->first.starts_with(prefix);
}

Tensor StateReader::tensor(const std::string& name, const Shape& shape, DType dtype) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) {
    problem("missing: " + name + ", " + described(shape, dtype));
    return {};
  }
  const Tensor tensor = std::move(entry->second);
  entries_.erase(entry);
  if (!tensor.defined()) {
    problem("undefined: " + name);
  } else if (tensor.shape() != shape || tensor.dtype() != dtype) {
    problem("wrong shape or dtype: " + name + " is " + described(tensor.shape(), tensor.dtype()) + ", not " +
            described(shape, dtype));
  } else {
    return tensor.clone();
  }
  return {};
}

double StateReader::number(const std::string& name) {
  const Tensor number = tensor(name, {}, float64);
  return number.defined() ? number.item<double>() : 0;
}

std::int64_t StateReader::integer(const std::string& name) {
  const Tensor number = tensor(name, {}, int64);
  return number.defined() ? number.item<std::int64_t>() : 0;
}

bool StateReader::flag(const std::string& name) {
  const Tensor flag = tensor(name, {}, boolean);
  return flag.defined() && flag.item<bool>();
}

void StateReader::problem(const std::string& text) { problems_ += "\n  " + text; }

void StateReader::finish(std::string_view what) const {
  std::string problems = problems_;
  for (const auto& [name, tensor] : entries_) problems += "\n  unexpected: " + name;
  if (!problems.empty()) fail("load_state_dict", what, ':', problems);
}

}  // namespace xgrad
