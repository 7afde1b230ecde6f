#include "json_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace xgrad::web {
namespace {

// Appends the numbers of `value`, which must be lists of the sizes shape[dim], shape[dim + 1], ...
void append(const Json& value, const std::vector<std::int64_t>& shape, std::size_t dim,
            const std::string& name, std::vector<double>& numbers) {
  if (dim == shape.size()) {
    if (!value.is_number())
      throw std::invalid_argument("[" + name + "] has " + value.dump() + " where a number must be");
    numbers.push_back(value.get<double>());
    return;
  }
  if (!value.is_array() || static_cast<std::int64_t>(value.size()) != shape[dim]) {
    throw std::invalid_argument("[" + name +
                                "] its lists must be of equal length, and have lists or numbers, not both");
  }
  for (const Json& part : value) append(part, shape, dim + 1, name, numbers);
}

}  // namespace

Json to_json(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

Json to_json(const Shape& shape) {
  Json sizes = Json::array();
  for (const std::int64_t size : shape) sizes.push_back(size);
  return sizes;
}

Json to_json(const Tensor& tensor) {
  Json data = Json::array();
  if (tensor.dtype() == boolean) {
    for (const bool value : tensor.to_vector<bool>()) data.push_back(value);
  } else if (tensor.dtype() == int64) {
    for (const std::int64_t value : tensor.to_vector<std::int64_t>()) data.push_back(value);
  } else {
    for (const double value : tensor.to(float64).to_vector<double>()) data.push_back(to_json(value));
  }
  return {{"shape", to_json(tensor.shape())}, {"data", data}};
}

Tensor to_tensor(const Json& value, const std::string& name, DType dtype) {
  std::vector<std::int64_t> shape;
  for (const Json* part = &value; part->is_array(); part = &part->front()) {
    if (part->empty()) throw std::invalid_argument("[" + name + "] has an empty list");
    shape.push_back(static_cast<std::int64_t>(part->size()));
  }
  std::vector<double> numbers;
  append(value, shape, 0, name, numbers);
  Tensor tensor = empty(Shape(shape), float64);
  std::copy(numbers.begin(), numbers.end(), tensor.mutable_data<double>());
  return tensor.to(dtype);
}

}  // namespace xgrad::web
