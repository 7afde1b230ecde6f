#include "attention_heads.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <xgrad/nn/heads.hpp>

namespace xgrad::web {
namespace {

struct Matrices {
  Tensor W_q, W_k, W_v;  // each (D, d)
};

double root(std::int64_t n) { return std::sqrt(static_cast<double>(n)); }

Matrices random_head(std::int64_t d, Generator& generator) {
  const auto draw = [&] {
    const Tensor W = empty({d_model, d}, float64);
    normal_(W, 0, 1 / root(d_model), generator);
    return W;
  };
  const Tensor W_q = draw(), W_k = draw();
  return {W_q, W_k, draw()};
}

// (D, d): `gain` times the columns of x from `first` on.
Tensor columns_from(std::int64_t first, std::int64_t number, std::int64_t d, double gain) {
  const Tensor W = zeros({d_model, d}, float64);
  for (std::int64_t j = 0; j < number; ++j) W.at({first + j, j}) = gain;
  return W;
}

// q_i = k_i = the word. The gain makes the scaled score of a word with itself about 8.
Matrices same_word(std::int64_t d) {
  const std::int64_t n = std::min(d, word_columns);
  const double gain = std::sqrt(8 * root(d) / static_cast<double>(n));
  const Tensor W = columns_from(0, n, d, gain);
  return {W, W, columns_from(0, n, d, 1)};
}

// k_j = the position j, q_i = the position i + step, where step is −1 or 1. A pair of columns of x has
// (sin pω, cos pω), and a rotation by ω makes it that of the next position:
//   sin (p + 1)ω = sin pω cos ω + cos pω sin ω
//   cos (p + 1)ω = cos pω cos ω − sin pω sin ω
// So the score is a sum of cos (i + step − j)ω, which is largest at j = i + step. The gain makes its scaled
// distance from the scores beside it 4.
Matrices neighbour(std::int64_t d, int step) {
  const std::int64_t n = std::min(d, position_columns);
  const Tensor next = position_table(2)[1] / std::sqrt(2.0);  // sin ω, cos ω of each pair
  const auto sin = [&](std::int64_t c) { return static_cast<double>(next.at({c})); };
  const auto cos = [&](std::int64_t c) { return static_cast<double>(next.at({c + 1})); };
  double distance = 0;
  for (std::int64_t c = 0; c < n; c += 2) distance += 2 * (1 - cos(c));
  const double gain = std::sqrt(4 * root(d) / distance);
  const Tensor W_q = zeros({d_model, d}, float64);
  for (std::int64_t c = 0; c < n; c += 2) {
    const std::int64_t sine = word_columns + c, cosine = sine + 1;
    W_q.at({sine, c}) = gain * cos(c);
    W_q.at({cosine, c}) = gain * step * sin(c);
    W_q.at({cosine, c + 1}) = gain * cos(c);
    W_q.at({sine, c + 1}) = -gain * step * sin(c);
  }
  return {W_q, columns_from(word_columns, n, d, gain), columns_from(0, n, d, 1)};
}

Matrices head_of(const std::string& kind, std::int64_t d, Generator& generator) {
  if (kind == "random") return random_head(d, generator);
  if (kind == "same") return same_word(d);
  if (kind == "before") return neighbour(d, -1);
  if (kind == "after") return neighbour(d, 1);
  throw std::invalid_argument("[attention] there is no head \"" + kind +
                              "\"; the kinds are random, before, same and after");
}

}  // namespace

Heads make_heads(const std::vector<std::string>& kinds, std::int64_t d, std::uint32_t seed) {
  std::vector<Variable> q, k, v;
  for (std::size_t h = 0; h < kinds.size(); ++h) {
    Generator generator(seed * 64 + static_cast<std::uint32_t>(h));
    const Matrices W = head_of(kinds[h], d, generator);
    q.push_back(W.W_q), k.push_back(W.W_k), v.push_back(W.W_v);
  }
  return {static_cast<std::int64_t>(kinds.size()), d, cat(q, 1), cat(k, 1), cat(v, 1)};
}

Projected project(const Variable& x, const Heads& heads) {
  const auto of_heads = [&](const Tensor& W) { return nn::split_heads(matmul(x, W), heads.H); };
  return {of_heads(heads.W_q), of_heads(heads.W_k), of_heads(heads.W_v)};  // (1, T, D) → (1, H, T, d)
}

}  // namespace xgrad::web
