// Runs one attention of seed size and exits: the cost of the library in a small tool.

#include <xgrad/xgrad.hpp>

#include "rows.hpp"

int main() {
  const bench::Attention a = bench::attentions[0];
  const xgrad::nn::MultiHeadAttention mha(a.d, a.H);
  const xgrad::Variable x(xgrad::randn({a.B, a.T, a.d}));
  return mha(x, x, x).shape() == xgrad::Shape{a.B, a.T, a.d} ? 0 : 1;
}
