#pragma once

#include <cmath>
#include <initializer_list>
#include <string_view>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/decoder_cache.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module_list.hpp>

// The parts that GPT and Llama share.

namespace xgrad::nn {

/// Throws naming `model` unless the sizes of its options fit.
template <class Options>
const Options& checked_decoder_options(std::string_view model, const Options& options) {
  if (options.vocab_size <= 0 || options.context <= 0 || options.num_layers < 0) {
    fail(model, "vocab_size ", options.vocab_size, " and context ", options.context,
         " must be positive, num_layers ", options.num_layers, " not negative");
  }
  return options;
}

/// Draws a decoder's weights from N(0, 0.02²). Each of the 2 · num_layers branches adds to the residual
/// stream; a smaller scale of their last layers keeps the variance of the sum at that of one branch.
class DecoderInit {
 public:
  DecoderInit(std::int64_t num_layers, Generator& generator)
      : at_branch_end_(usual_ / std::sqrt(2.0 * static_cast<double>(num_layers))), generator_(generator) {}

  void weight(const Variable& weight) const { init::normal_(weight, 0, usual_, generator_); }
  void linear(std::initializer_list<const Linear*> layers) const {
    for (const Linear* layer : layers) draw(*layer, usual_);
  }
  void branch_end(const Linear& layer) const { draw(layer, at_branch_end_); }

 private:
  void draw(const Linear& layer, double std) const {
    init::normal_(layer.weight, 0, std, generator_);
    if (layer.bias.defined()) init::zeros_(layer.bias);
  }

  static constexpr double usual_ = 0.02;
  double at_branch_end_;
  Generator& generator_;
};

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
  const Mask mask = cache->mask(x.size(1));
  std::vector<KVCache>& layers = cache->layers(blocks.size());
  cache->read(x.size(1), [&] {
    for (std::size_t i = 0; i < blocks.size(); ++i) x = blocks[i](x, mask, &layers[i]);
  });
  return x;
}

}  // namespace xgrad::nn
