#include <xgrad/core/ops/cat.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/views.hpp>
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
  Tensor y = empty(shape, parts[0].dtype());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    kernels::copy(parts[i].value(), y.slice(d, starts[i], starts[i + 1]));
  }
  return record("cat", y, parts, {}, [d, starts](const Replay& r) -> Gradients {
    // each part is a slice of y, so its gradient is that slice of g
    Gradients gradients(starts.size() - 1);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if (r.wants(i)) gradients[i] = slice(r.grad(), d, starts[i], starts[i + 1]);
    }
    return gradients;
  });
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
  const auto count = static_cast<std::int64_t>(parts.size());
  Shape shape = parts[0].shape();
  shape.insert(d, count);
  Tensor y = empty(shape, parts[0].dtype());
  for (std::int64_t i = 0; i < count; ++i) {
    kernels::copy(parts[static_cast<std::size_t>(i)].value(), y.select(d, i));
  }
  return record("stack", y, parts, {}, [d, count](const Replay& r) -> Gradients {
    Gradients gradients(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      const auto part = static_cast<std::size_t>(i);
      if (r.wants(part)) gradients[part] = select(r.grad(), d, i);
    }
    return gradients;
  });
}

}  // namespace xgrad
