#include <xgrad/core/tensor/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <xgrad/core/base/convert.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

void kernels::refuse_bfloat16() {
  fail("Tensor",
       "bfloat16 holds the weights of matrix products; for anything else, convert with to(float32)");
}

namespace {

bool lies_inside(const StoragePtr& storage, const Shape& shape, const Strides& strides, std::int64_t offset,
                 DType dtype) {
  if (!storage || strides.dim() != shape.dim()) return false;
  bool is_empty = false;
  std::int64_t first = offset, last = offset;  // the lowest and the highest element's place
  for (int i = 0; i < shape.dim(); ++i) {
    if (shape[i] < 0) return false;
    is_empty = is_empty || shape[i] == 0;
    std::int64_t reach = 0;
    std::int64_t& bound = strides[i] < 0 ? first : last;
    if (__builtin_mul_overflow(shape[i] - 1, strides[i], &reach) ||
        __builtin_add_overflow(bound, reach, &bound))
      return false;
  }
  const auto places = static_cast<std::int64_t>(storage->bytes() / item_size(dtype));
  return is_empty || (first >= 0 && last < places);
}

}  // namespace

Tensor::Tensor(StoragePtr storage, const Shape& shape, const Strides& strides, std::int64_t offset,
               DType dtype)
    : storage_(std::move(storage)), shape_(shape), strides_(strides), offset_(offset), dtype_(dtype) {
  if (!lies_inside(storage_, shape, strides, offset, dtype)) {
    fail("Tensor", "shape ", shape, " with strides ", strides, " at offset ", offset,
         " does not lie inside of ", storage_ ? storage_->bytes() : 0, " bytes of ", dtype);
  }
}

Tensor::Tensor(StoragePtr fresh, const Shape& shape, DType dtype)
    : storage_(std::move(fresh)), shape_(shape), strides_(contiguous_strides(shape)), dtype_(dtype) {}

bool Tensor::is_contiguous() const {
  std::int64_t expected = 1;
  for (int i = dim() - 1; i >= 0; --i) {
    if (shape_[i] != 1 && strides_[i] != expected) return numel() == 0;
    expected *= shape_[i];
  }
  return true;
}

std::uint32_t Tensor::version() const { return storage_ ? storage_->version() : 0; }

bool Tensor::overlaps_itself() const {
  if (is_contiguous()) return false;
  Strides steps = strides_;
  for (int i = 0; i < dim(); ++i) steps[i] = std::abs(steps[i]);
  const Shape order = widest_first(steps);
  std::int64_t reach = 0;  // how far the dims of smaller steps extend
  for (int k = dim() - 1; k >= 0; --k) {
    const int i = static_cast<int>(order[k]);
    if (shape_[i] == 1) continue;
    if (steps[i] <= reach) return true;
    reach += (shape_[i] - 1) * steps[i];
  }
  return false;
}

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

Tensor Tensor::clone() const {
  check_defined("clone", *this);
  Tensor copy = empty(shape_, dtype_);
  kernels::copy(*this, copy);
  return copy;
}

Tensor Tensor::to(DType dtype) const {
  check_defined("to", *this);
  if (dtype == dtype_) return *this;
  Tensor copy = empty(shape_, dtype);
  kernels::copy(*this, copy);
  return copy;
}

const void* Tensor::raw_data(std::string_view op, DType expected) const {
  check_defined(op, *this);
  if (dtype_ != expected) fail(op, "the tensor's dtype is ", dtype_, ", not ", expected);
  return storage_->data() + static_cast<std::size_t>(offset_) * item_size(dtype_);
}

template <Stored T>
const T* Tensor::data() const {
  return static_cast<const T*>(raw_data("data", dtype_of<T>()));
}

template <Stored T>
T* Tensor::mutable_data() const {
  const void* first = raw_data("mutable_data", dtype_of<T>());
  storage_->bump_version();
  storage_->expose();
  return static_cast<T*>(const_cast<void*>(first));
}

template <StoredOrInt T>
T Tensor::item() const {
  check_defined("item", *this);
  if (numel() != 1) fail("item", "needs a tensor of one element, not of shape ", shape_);
  if (dtype_ == bfloat16) return to(float32).item<T>();
  return kernels::dispatch(dtype_, [&]<class From>() { return convert<T>(*kernels::raw<From>(*this)); });
}

template <Stored T>
std::vector<T> Tensor::to_vector() const {
  const Tensor converted = to(dtype_of<T>()).contiguous();
  const T* first = converted.data<T>();
  return std::vector<T>(first, first + converted.numel());
}

#define XGRAD_INSTANTIATE(T)                   \
  template const T* Tensor::data<T>() const;   \
  template T* Tensor::mutable_data<T>() const; \
  template T Tensor::item<T>() const;          \
  template std::vector<T> Tensor::to_vector<T>() const;
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
XGRAD_INSTANTIATE(std::int64_t)
XGRAD_INSTANTIATE(bool)
#undef XGRAD_INSTANTIATE
template int Tensor::item<int>() const;

Element Tensor::at(const Shape& index) const {
  if (index.dim() != dim()) fail("at", "index ", index, " does not fit shape ", shape_);
  for (int i = 0; i < dim(); ++i) {
    if (index[i] < -shape_[i] || index[i] >= shape_[i])
      fail_range("at", "index ", index, " is out of range for shape ", shape_);
  }
  Tensor scalar = *this;
  for (const std::int64_t i : index) scalar = scalar.select(0, i);
  return Element(scalar);
}

Element::operator double() const { return scalar_.item<double>(); }

const Element& Element::operator=(Scalar value) const {
  scalar_.fill_(value);
  return *this;
}

const Element& Element::operator=(const Element& other) const {
  scalar_.copy_(other.scalar_);
  return *this;
}

const Element& Element::operator+=(Scalar value) const {
  scalar_.add_(value);
  return *this;
}

template <std::same_as<Tensor> T>
void check_defined(std::string_view op, const T& x) {
  if (!x.defined()) fail(op, "the tensor is undefined");
}
template void check_defined(std::string_view, const Tensor&);

void check_floating(std::string_view op, const Tensor& x) {
  if (is_floating(x.dtype())) return;
  fail(op, "needs a floating dtype, not ", x.dtype(), " of shape ", x.shape(), "; convert with to(float32)");
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  if (a.shape() != b.shape()) fail("allclose", "shapes differ: ", a.shape(), " and ", b.shape());
  if (a.dtype() != b.dtype()) fail("allclose", "dtypes differ: ", a.dtype(), " and ", b.dtype());
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  return std::equal(x.begin(), x.end(), y.begin(), [&](double p, double q) {
    if (std::isnan(p) || std::isnan(q)) return equal_nan && std::isnan(p) && std::isnan(q);
    if (std::isinf(p) || std::isinf(q)) return p == q;  // a tolerance of rtol · ∞ would accept anything
    return std::abs(p - q) <= atol + rtol * std::abs(q);
  });
}

bool equal(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  if (a.dtype() == bfloat16) return equal(a.to(float32), b.to(float32));
  return kernels::dispatch(a.dtype(), [&]<class T>() { return a.to_vector<T>() == b.to_vector<T>(); });
}

}  // namespace xgrad
