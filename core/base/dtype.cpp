#include <xgrad/core/base/dtype.hpp>

#include <ostream>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

struct Facts {
  std::size_t size;
  std::string_view name;
};
constexpr Facts facts[] = {  // in the order of DType
    {sizeof(float), "float32"},
    {sizeof(double), "float64"},
    {sizeof(std::int64_t), "int64"},
    {sizeof(bool), "boolean"},
    {sizeof(BFloat16), "bfloat16"}};

}  // namespace

std::size_t item_size(DType dtype) { return facts[static_cast<std::size_t>(dtype)].size; }
std::string_view name(DType dtype) { return facts[static_cast<std::size_t>(dtype)].name; }

DType promote(std::string_view op, DType a, DType b) {
  if (a == bfloat16 || b == bfloat16) {
    fail(op, "operands are ", a, " and ", b, "; bfloat16 is for matrix products, convert with to(float32)");
  }
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
