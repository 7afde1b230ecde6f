#include <xgrad/core/ops/cat.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check_dtypes(const char* op, const std::vector<Variable>& parts) {
  if (parts.empty()) fail(op, "needs at least one part");
  for (const Variable& part : parts) {
    if (part.dtype() != parts[0].dtype()) {
      fail(op, "parts are ", parts[0].dtype(), " and ", part.dtype(), "; convert one of them with to(",
           parts[0].dtype(), ") or to(", part.dtype(), ")");
    }
  }
}

// Part i stands at place(y, i) in the result y, so its gradient stands at the same place in g.
template <class Place>
Variable join(const char* op, const std::vector<Variable>& parts, const Shape& shape, const Place& place) {
  const Tensor y = empty(shape, parts[0].dtype());
  for (std::size_t i = 0; i < parts.size(); ++i) kernels::copy(parts[i].value(), place(y, i));
  return record(op, y, parts, {}, [place, count = parts.size()](const Replay& r) -> Gradients {
    Gradients gradients(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (r.wants(i)) gradients[i] = place(r.grad(), i);
    }
    return gradients;
  });
}

}  // namespace

Variable cat(const std::vector<Variable>& parts, int dim) {
  check_defined("cat", parts);
  check_dtypes("cat", parts);
  const int d = normalize_dim("cat", dim, parts[0].dim());
  Shape shape = parts[0].shape();
  std::vector<std::int64_t> starts;  // part i fills [starts[i], starts[i + 1]) of the result
  starts.reserve(parts.size() + 1);
  starts.push_back(0);
  for (const Variable& part : parts) {
    Shape like_first = part.shape();
    if (part.dim() == shape.dim()) like_first[d] = parts[0].shape()[d];
    if (like_first != parts[0].shape()) {
      fail("cat", "sizes may differ in dim ", d, " only: ", parts[0].shape(), " and ", part.shape());
    }
    starts.push_back(starts.back() + part.shape()[d]);
  }
  shape[d] = starts.back();
  return join("cat", parts, shape,
              [d, starts](const auto& y, std::size_t i) { return y.slice(d, starts[i], starts[i + 1]); });
}

Variable stack(const std::vector<Variable>& parts, int dim) {
  check_defined("stack", parts);
  check_dtypes("stack", parts);
  const int d = normalize_dim("stack", dim, parts[0].dim() + 1);
  for (const Variable& part : parts) {
    if (part.shape() != parts[0].shape()) {
      fail("stack", "parts must have one shape: ", parts[0].shape(), " and ", part.shape());
    }
  }
  Shape shape = parts[0].shape();
  shape.insert(d, static_cast<std::int64_t>(parts.size()));
  return join("stack", parts, shape,
              [d](const auto& y, std::size_t i) { return y.select(d, static_cast<std::int64_t>(i)); });
}

}  // namespace xgrad
