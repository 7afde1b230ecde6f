#pragma once

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

  std::int64_t length() const;  ///< of the tokens so far, with their padding
  const Tensor& padding() const { return padding_; }
  void reorder(const Tensor& rows);  ///< see KVCache::reorder

  // For a model, before it reads T new tokens.
  /// The caches of its layers. The first call makes them. Throws if the count is 0, or not that of the
  /// first call.
  std::vector<KVCache>& layers(std::size_t count);
  /// One cache a layer for the keys and values of an encoder's output, which a decoder projects once.
  std::vector<KVCache>& memory(std::size_t count);
  /// After a pass that ended in an error: drops what it has read after the first `length` tokens, so that the
  /// pass can be repeated.
  void cut(std::int64_t length);
  /// Throws naming `model` unless the tokens (B, T) have the batch of `padding`, and no row becomes longer
  /// than the context. Padding does not count.
  void check_fits(std::string_view model, const Shape& tokens, std::int64_t context) const;
  /// Causal, without each row's padding.
  Mask mask(std::int64_t T) const;
  /// The place of each token in its row, from its first real token on, int64: (T), or (B, T) where rows are
  /// padded. Padding is at place 0.
  Tensor positions(std::int64_t T) const;

 private:
  std::int64_t capacity_;
  Tensor padding_;  // undefined if it is 0 everywhere
  std::vector<KVCache> layers_, memory_;
};

}  // namespace xgrad::nn
