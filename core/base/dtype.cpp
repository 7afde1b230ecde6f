#include <xgrad/core/base/dtype.hpp>

#include <ostream>

#include <xgrad/core/base/error.hpp>

namespace xgrad {

std::size_t item_size(DType dtype) {
  switch (dtype) {
    case float32:
      return sizeof(float);
    case float64:
      return sizeof(double);
    case int64:
      return sizeof(std::int64_t);
    case boolean:
      return sizeof(bool);
  }
  return 0;
}

std::string_view name(DType dtype) {
  switch (dtype) {
    case float32:
      return "float32";
    case float64:
      return "float64";
    case int64:
      return "int64";
    case boolean:
      return "boolean";
  }
  return "?";
}

DType promote(std::string_view op, DType a, DType b) {
  if (a == b) return a;
  if (is_floating(a) && is_floating(b)) {
    fail(op, "operands are ", a, " and ", b, "; convert one of them with to(", a, ") or to(", b, ")");
  }
  if (is_floating(a)) return a;
  if (is_floating(b)) return b;
  return int64;
}

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name(dtype); }

}  // namespace xgrad
