#include <xgrad/nn/decoder_cache.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {

DecoderCache::DecoderCache(const DecoderCacheOptions& options) : capacity_(options.capacity) {
  if (capacity_ < 0) fail("DecoderCache", "the capacity must not be negative, got ", capacity_);
  const Tensor& padding = options.padding;
  if (!padding.defined()) return;
  if (padding.dtype() != int64 || padding.dim() != 1 || any(lt(padding, 0)).item<bool>()) {
    fail("DecoderCache", "padding must be (B) int64, not negative, but is ", padding.dtype(), " ",
         padding.shape());
  }
  if (any(gt(padding, 0)).item<bool>()) padding_ = padding.clone();
}

DecoderCache::DecoderCache(DecoderCache&& other) noexcept
    : capacity_(other.capacity_),
      length_(std::exchange(other.length_, 0)),
      padding_(std::exchange(other.padding_, {})),
      layers_(std::exchange(other.layers_, {})),
      memory_(std::exchange(other.memory_, {})) {}

DecoderCache& DecoderCache::operator=(DecoderCache other) noexcept {
  std::swap(capacity_, other.capacity_);
  std::swap(length_, other.length_);
  std::swap(padding_, other.padding_);
  std::swap(layers_, other.layers_);
  std::swap(memory_, other.memory_);
  return *this;
}

std::vector<KVCache>& DecoderCache::layers(std::size_t count) {
  if (layers_.empty()) layers_.assign(count, KVCache(capacity_));
  if (layers_.size() != count) {
    fail("DecoderCache", "this is the cache of a model of ", layers_.size(), " layers, not ", count);
  }
  return layers_;
}

std::vector<KVCache>& DecoderCache::memory(std::size_t count) {
  memory_.resize(count);
  return memory_;
}

void DecoderCache::check_fits(std::string_view model, const Shape& tokens, std::int64_t context) const {
  std::int64_t least = 0;  // padding of a row
  if (padding_.defined()) {
    if (padding_.size(0) != tokens[0])
      fail(model, "tokens ", tokens, " for a cache whose padding has shape ", padding_.shape());
    if (padding_.numel() > 0) least = amin(padding_).item<std::int64_t>();
  }
  const std::int64_t past = length();
  if (past + tokens[1] - least > context) {
    fail(model, "the context of ", context, " is full: the cache holds ", past, " tokens, then come ", tokens,
         "; start a new cache with the last ones");
  }
}

Mask DecoderCache::mask(std::int64_t T) const {
  if (!padding_.defined()) return Mask::causal();
  const Tensor seen =
      le(padding_.reshape({padding_.size(0), 1, 1, 1}), arange(length() + T));  // (B, 1, 1, T_k)
  return Mask::causal() & Mask::keep(seen);
}

Tensor DecoderCache::positions(std::int64_t T) const {
  const std::int64_t past = length();
  const Tensor places = arange(past, past + T);
  if (!padding_.defined()) return places;
  return maximum(places - padding_.unsqueeze(1), 0).value();
}

void DecoderCache::read(std::int64_t T, const std::function<void()>& pass) {
  try {
    pass();
  } catch (...) {
    for (KVCache& layer : layers_) layer.cut(length_);
    if (length_ == 0) memory_.clear();
    throw;
  }
  length_ += T;
}

void DecoderCache::reorder(const Tensor& rows) {
  for (KVCache& layer : layers_) layer.reorder(rows);
  for (KVCache& layer : memory_) layer.reorder(rows);
  if (padding_.defined()) padding_ = index_select(padding_, 0, rows);
}

}  // namespace xgrad::nn
