#pragma once

#include <string_view>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/decoder_cache.hpp>
#include <xgrad/nn/module_list.hpp>

// The parts that GPT and Llama share.

namespace xgrad::nn {

/// Throws naming `model` unless the tokens are (B, T) and fit the context after those in the cache.
inline void check_tokens(std::string_view model, const Variable& tokens, std::int64_t context,
                         const DecoderCache* cache) {
  if (tokens.dim() != 2 || (!cache && tokens.size(1) > context)) {
    fail(model, "tokens must be (B, T) with T ≤ context ", context, ", not ", tokens.shape());
  }
  if (cache) cache->check_fits(model, tokens.shape(), context);
}

/// x (B, T, D) through causal blocks, each with its part of the cache.
template <class Block>
Variable through_blocks(const ModuleList<Block>& blocks, Variable x, DecoderCache* cache) {
  if (!cache) {
    for (const Block& block : blocks) x = block(x, Mask::causal());
    return x;
  }
  const Mask mask = cache->mask(x.size(0), x.size(1));
  std::vector<KVCache>& layers = cache->layers(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) x = blocks[i](x, mask, &layers[i]);
  return x;
}

}  // namespace xgrad::nn
