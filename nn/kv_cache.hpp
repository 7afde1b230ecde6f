#pragma once

#include <cstddef>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

// What a decoder keeps of the tokens it has read, so that the next step computes the new ones only. Letters
// in shapes: B batch, H_kv key heads, T new tokens, d head size.

namespace xgrad::nn {

/// The keys and values of one attention. `append` copies the new ones behind the others and never moves those
/// until the memory is full; then it doubles.
///
/// A cache is for inference: it drops no gradient silently, see `append`.
class KVCache {
 public:
  /// Reserves memory for `capacity` keys at the first append.
  explicit KVCache(std::int64_t capacity = 0);
  /// A copy has memory of its own, so two texts can go on from one beginning.
  KVCache(const KVCache& other);
  KVCache(KVCache&& other) noexcept;
  KVCache& operator=(KVCache other) noexcept;
  ~KVCache() = default;

  struct KeysAndValues {
    Variable k, v;
  };
  /// k (B, H_kv, T, d) and v (B, H_kv, T, d_v) → all keys and values so far: (B, H_kv, length, d) and
  /// (B, H_kv, length, d_v), views into the cache. Throws if k or v requires a gradient while gradients are
  /// recorded, or does not fit what the cache holds.
  KeysAndValues append(const Variable& k, const Variable& v);
  KeysAndValues keys_and_values() const;  ///< all so far, as `append` returns them; throws if there are none

  std::int64_t length() const { return length_; }
  /// Item i becomes what item rows[i] was, as beam search needs it. rows (B') int64: the batch may change.
  void reorder(const Tensor& rows);
  void cut(std::int64_t length);  ///< keeps the first keys, at most `length` of them; the memory stays
  void clear() { cut(0); }

 private:
  void make_room(const Tensor& k, const Tensor& v);

  std::int64_t capacity_, length_ = 0;
  Tensor k_, v_;  // (B, H_kv, capacity, d) and (B, H_kv, capacity, d_v)
};

}  // namespace xgrad::nn
