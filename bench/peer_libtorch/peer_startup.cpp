// libtorch's side of the start-up row.

#include "model.hpp"

int main() {
  const bench::Attention a = bench::attentions[0];
  PeerAttention mha(a.d, a.H);
  return mha.forward(torch::randn({a.B, a.T, a.d})).size(2) == a.d ? 0 : 1;
}
