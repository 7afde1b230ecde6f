#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/generate.hpp>

namespace xgrad {

using Tokens = std::vector<std::int64_t>;

/// A model of the next token whose cache is the tokens themselves: the logits are a function of all that a
/// row has read. `generate` gives its tokens only if it pads, reorders and continues the rows correctly.
struct RememberingModel {
  std::function<std::vector<double>(const Tokens&)> logits_of;
  std::int64_t context = std::numeric_limits<std::int64_t>::max();

  std::vector<Tokens> rows = {};
  std::vector<std::int64_t> padding = {};
  std::int64_t tokens_read = 0;
  bool recorded = false;

  nn::NextToken next_token() {
    rows.clear();
    padding.clear();
    return {.logits = [this](const Tensor& tokens) { return read(tokens); },
            .reorder =
                [this](const Tensor& order) {
                  std::vector<Tokens> reordered;
                  for (const auto row : order.to_vector<std::int64_t>()) {
                    reordered.push_back(rows.at(static_cast<std::size_t>(row)));
                  }
                  rows = std::move(reordered);
                },
            .pad = [this](const Tensor& none) { padding = none.to_vector<std::int64_t>(); },
            .context = context};
  }

 private:
  Variable read(const Tensor& tokens) {
    recorded = recorded || grad_enabled();
    const auto B = static_cast<std::size_t>(tokens.size(0));
    if (rows.empty()) rows.resize(B);
    if (rows.size() != B) throw std::runtime_error("the cache has other rows than the tokens");
    std::vector<std::vector<std::vector<double>>> logits;
    for (std::size_t b = 0; b < B; ++b) {
      for (const std::int64_t token :
           tokens.select(0, static_cast<std::int64_t>(b)).to_vector<std::int64_t>()) {
        ++tokens_read;
        if (b < padding.size() && padding[b] > 0) {
          --padding[b];
        } else {
          rows[b].push_back(token);
        }
      }
      logits.push_back({logits_of(rows[b])});
    }
    return Variable(tensor(logits));  // (B, 1, V)
  }
};

/// Logits without order that depend on every token.
inline std::function<std::vector<double>(const Tokens&)> irregular_logits(std::size_t V) {
  return [V](const Tokens& tokens) {
    double seed = 0.3;
    for (const std::int64_t token : tokens)
      seed = std::fmod(seed * 7.31 + 0.17 * static_cast<double>(token + 1), 5);
    std::vector<double> logits;
    for (std::size_t v = 0; v < V; ++v) {
      logits.push_back(2 * std::sin(41 * seed + 17.3 * static_cast<double>(v * v + 1)));
    }
    return logits;
  };
}

/// log softmax(logits)_token.
inline double log_share(const std::vector<double>& logits, std::int64_t token) {
  double total = 0;
  for (const double x : logits) total += std::exp(x);
  return logits.at(static_cast<std::size_t>(token)) - std::log(total);
}

}  // namespace xgrad
