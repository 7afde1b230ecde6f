#include <xgrad/nn/decoder_cache.hpp>

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

std::int64_t DecoderCache::length() const {
  for (const KVCache& layer : layers_) {
    if (layer.length() != layers_[0].length()) {
      fail_state("DecoderCache", "the layers have read ", layers_[0].length(), " and ", layer.length(),
                 " tokens, since a forward pass ended in an error; start a new cache");
    }
  }
  return layers_.empty() ? 0 : layers_[0].length();
}

std::vector<KVCache>& DecoderCache::layers(std::size_t count) {
  if (count == 0) fail("DecoderCache", "a model without layers has nothing to keep in a cache");
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

void DecoderCache::cut(std::int64_t length) {
  for (KVCache& layer : layers_) layer.cut(length);
  if (length == 0) memory_.clear();
}

void DecoderCache::reorder(const Tensor& rows) {
  for (KVCache& layer : layers_) layer.reorder(rows);
  for (KVCache& layer : memory_) layer.reorder(rows);
  if (padding_.defined()) padding_ = index_select(padding_, 0, rows);
}

}  // namespace xgrad::nn
