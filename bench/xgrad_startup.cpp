// Starts, runs one seed-size attention, and exits: what a small tool pays for the library.

#include <xgrad/xgrad.hpp>

#include "rows.hpp"

int main() {
  const bench::Attention a = bench::attentions[0];
  const xgrad::nn::MultiHeadAttention mha(a.d, a.H);
  const xgrad::Variable x(xgrad::randn({a.B, a.T, a.d}));
  return mha(x, x, x).shape() == xgrad::Shape{a.B, a.T, a.d} ? 0 : 1;
}
