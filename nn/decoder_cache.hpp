#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include <xgrad/nn/kv_cache.hpp>
#include <xgrad/nn/mask.hpp>

namespace xgrad::nn {

struct DecoderCacheOptions {
  /// How many tokens at the start of each row are padding: (B) int64; none if undefined. Prompts of different
  /// lengths are padded on the left, so that all end together.
  Tensor padding = {};
  std::int64_t capacity = 0;  ///< see KVCache
};

/// What a decoder keeps of the tokens it has read: one KVCache a layer. `gpt(prompt, &cache)` reads a prompt,
/// then `gpt(token, &cache)` one more token each time. Tokens may come in parts of any length.
class DecoderCache {
 public:
  explicit DecoderCache(const DecoderCacheOptions& options = {});
  /// A copy has memory of its own, see KVCache.
  DecoderCache(const DecoderCache&) = default;
  DecoderCache(DecoderCache&& other) noexcept;
  DecoderCache& operator=(DecoderCache other) noexcept;
  ~DecoderCache() = default;

  std::int64_t length() const { return length_; }  ///< of the tokens so far, with their padding
  const Tensor& padding() const { return padding_; }
  void reorder(const Tensor& rows);  ///< see KVCache::reorder

  // For a model that reads T new tokens.
  /// The caches of its layers. The first call makes them. Throws if the cache is of another number of layers.
  std::vector<KVCache>& layers(std::size_t count);
  /// One cache a layer for the keys and values of an encoder's output, which a decoder projects once.
  std::vector<KVCache>& memory(std::size_t count);
  /// Calls `pass`, in which each layer reads the tokens. Then the length has grown by T. After an error it
  /// has not, and the layers have forgotten the tokens, so that the pass can be repeated.
  void read(std::int64_t T, const std::function<void()>& pass);
  /// Throws naming `model` unless the tokens (B, T) have the batch of `padding`, and no row becomes longer
  /// than the context. Padding does not count.
  void check_fits(std::string_view model, const Shape& tokens, std::int64_t context) const;
  /// Causal, without each row's padding.
  Mask mask(std::int64_t T) const;
  /// The place of each token in its row, from its first real token on, int64: (T), or (B, T) where rows are
  /// padded. Padding is at place 0.
  Tensor positions(std::int64_t T) const;

 private:
  std::int64_t capacity_, length_ = 0;
  Tensor padding_;  // undefined if it is 0 everywhere
  std::vector<KVCache> layers_, memory_;
};

}  // namespace xgrad::nn
