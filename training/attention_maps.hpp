#pragma once

#include <functional>
#include <string>
#include <vector>

#include <xgrad/nn/module.hpp>

namespace xgrad::training {

/// How much each query of one attention attended to each key.
struct AttentionMap {
  std::string layer;  ///< the path of the module, such as `blocks.0.attention`
  Tensor weights;     ///< (B, H, T_q, T_k), before dropout
};

/// Calls `forward`, which calls the model, and collects the weights of every attention on the way, in the
/// order of the calls. Meanwhile the model evaluates, and nothing is recorded. The models need no option for
/// it: the maps are the results of the op `softmax` in each `MultiHeadAttention`.
///
///     const auto maps = training::attention_maps(gpt, [&] { gpt(tokens); });
///
/// Throws `std::invalid_argument` if an attention ran as one node (see `AttentionOptions::fused`), which has
/// no weights.
std::vector<AttentionMap> attention_maps(const nn::Module& model, const std::function<void()>& forward);

/// A drawing of the weights (T_q, T_k) of one head as SVG: a row for each query, a column for each key,
/// darker for a larger weight. A pointer over a cell shows the two tokens and the weight. `queries` and
/// `keys` are the tokens. It takes the colour of the text around it; `title` says what it is.
std::string attention_svg(const std::string& title, const std::vector<std::string>& queries,
                          const std::vector<std::string>& keys, const Tensor& weights);  // attention_svg.cpp

}  // namespace xgrad::training
