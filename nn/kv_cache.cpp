#include <xgrad/nn/kv_cache.hpp>

#include <algorithm>
#include <utility>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

// x's first `length` keys in memory for `capacity` keys.
Tensor with_capacity(const Tensor& x, std::int64_t length, std::int64_t capacity) {
  const Tensor larger = empty({x.size(0), x.size(1), capacity, x.size(3)}, x.dtype());
  larger.slice(2, 0, length).copy_(x.slice(2, 0, length));
  return larger;
}

bool continues(const Tensor& past, const Tensor& x) {
  return x.dtype() == past.dtype() && x.size(0) == past.size(0) && x.size(1) == past.size(1) &&
         x.size(3) == past.size(3);
}

// Item i of the result is item rows[i] of x, of which `length` keys are in use.
Tensor reordered(const Tensor& x, const std::vector<std::int64_t>& rows, std::int64_t length) {
  const auto B = static_cast<std::int64_t>(rows.size());
  const Tensor y = empty({B, x.size(1), x.size(2), x.size(3)}, x.dtype());
  for (std::int64_t b = 0; b < B; ++b) {
    const Tensor past = x.select(0, rows[static_cast<std::size_t>(b)]);
    y.select(0, b).slice(1, 0, length).copy_(past.slice(1, 0, length));
  }
  return y;
}

}  // namespace

KVCache::KVCache(std::int64_t capacity) : capacity_(capacity) {
  if (capacity < 0) fail("KVCache", "the capacity must not be negative, got ", capacity);
}

KVCache::KVCache(const KVCache& other) : capacity_(other.capacity_), length_(other.length_) {
  if (!other.k_.defined()) return;
  k_ = other.k_.clone();
  v_ = other.v_.clone();
}

KVCache::KVCache(KVCache&& other) noexcept
    : capacity_(other.capacity_),
      length_(std::exchange(other.length_, 0)),
      k_(std::exchange(other.k_, {})),
      v_(std::exchange(other.v_, {})) {}

KVCache& KVCache::operator=(KVCache other) noexcept {
  std::swap(capacity_, other.capacity_);
  std::swap(length_, other.length_);
  std::swap(k_, other.k_);
  std::swap(v_, other.v_);
  return *this;
}

KVCache::KeysAndValues KVCache::append(const Variable& k, const Variable& v) {
  if (grad_enabled() && (k.requires_grad() || v.requires_grad())) {
    fail("KVCache", "append: the keys require a gradient, which a cache does not keep; ",
         "generate under a NoGradGuard, and train without a cache");
  }
  const bool fits = k.dim() == 4 && v.dim() == 4 && k.size(0) == v.size(0) && k.size(1) == v.size(1) &&
                    k.size(2) == v.size(2);
  if (!fits) {
    fail("KVCache", "append: k must be (B, H_kv, T, d) and v (B, H_kv, T, d_v): got k ", k.shape(), ", v ",
         v.shape());
  }
  make_room(k.value(), v.value());
  const std::int64_t end = length_ + k.size(2);
  k_.slice(2, length_, end).copy_(k.value());
  v_.slice(2, length_, end).copy_(v.value());
  length_ = end;
  return keys_and_values();
}

KVCache::KeysAndValues KVCache::keys_and_values() const {
  if (!k_.defined()) fail_state("KVCache", "keys_and_values: nothing has been appended");
  return {Variable(k_.slice(2, 0, length_)), Variable(v_.slice(2, 0, length_))};
}

void KVCache::make_room(const Tensor& k, const Tensor& v) {
  const std::int64_t end = length_ + k.size(2);
  if (length_ > 0 && !(continues(k_, k) && continues(v_, v))) {
    fail("KVCache", "append: k ", k.dtype(), " ", k.shape(), " and v ", v.dtype(), " ", v.shape(),
         " do not continue k ", k_.dtype(), " ", k_.slice(2, 0, length_).shape(), " and v ", v_.dtype(), " ",
         v_.slice(2, 0, length_).shape(), "; clear() starts anew");
  }
  const bool reuse = k_.defined() && continues(k_, k) && continues(v_, v);
  if (reuse && end <= k_.size(2)) return;
  const std::int64_t capacity = std::max({capacity_, end, reuse ? 2 * k_.size(2) : 0});
  const Tensor larger_k = with_capacity(reuse ? k_ : k, length_, capacity);
  v_ = with_capacity(reuse ? v_ : v, length_, capacity);
  k_ = larger_k;
}

void KVCache::reorder(const Tensor& rows) {
  if (!k_.defined()) fail_state("KVCache", "reorder: nothing has been appended");
  if (rows.dim() != 1) fail("KVCache", "reorder: rows must be (B'), not ", rows.shape());
  check_index("KVCache", rows, k_.shape(), 0);
  const std::vector<std::int64_t> items = rows.to_vector<std::int64_t>();
  const Tensor k = reordered(k_, items, length_);
  v_ = reordered(v_, items, length_);
  k_ = k;
}

void KVCache::cut(std::int64_t length) {
  if (length < 0) fail("KVCache", "cut: the length must not be negative, got ", length);
  length_ = std::min(length_, length);
}

}  // namespace xgrad::nn
