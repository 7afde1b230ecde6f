// Multi-head attention, forward and backward. With the seed below it prints what PyTorch prints for the same
// seed and order of construction:
//
//   W_q type: xgrad::nn::Linear
//   W_q.weight shape: (32, 32)
//   Output shape: (2, 6, 32)
//   Output values: ...                     (the first five)
//   Cross-attn shape: (1, 3, 32)
//   ...
//
// then the functional block, and the tape of one attention as a table. With --dot it prints only the tape of
// the functional block, for Graphviz: `attention --dot | dot -Tsvg > attention_block.svg`.

#include <cmath>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

double norm(const Tensor& x) { return std::sqrt(sum(pow(x, 2)).item<double>()); }

void print_values(const std::string& what, const Tensor& x) {
  std::cout << what;
  const Tensor flat = x.reshape({-1});
  for (int i = 0; i < 5; ++i) std::cout << (i ? " " : "") << static_cast<double>(flat.at({i}));
  std::cout << '\n';
}

// LayerNorm(x + MultiHead(x)), as a drawing.
void print_block_as_dot() {
  const Variable x(randn({2, 6, 32}), true);
  nn::NamedParameters names{{"x", x}};
  for (const char* name : {"w_q", "w_k", "w_v", "w_o"})
    names.emplace_back(name, Variable(randn({32, 32}), true));
  const Variable block = nn::attention_block(x, names[1].second, names[2].second, names[3].second,
                                             names[4].second, /*num_heads=*/4);
  std::cout << trace(block, names).to_dot();
}

void print_attention() {
  std::cout << std::fixed << std::setprecision(6);

  manual_seed(0);
  const nn::MultiHeadAttention mha(/*d_model=*/32, /*num_heads=*/4);
  std::cout << "W_q type: " << mha.W_q.type_name() << '\n';
  std::cout << "W_q.weight shape: " << mha.W_q.weight.shape() << '\n';

  // Self-attention: queries, keys and values all come from x.
  const Variable x(randn({2, 6, 32}), /*requires_grad=*/true);
  const Variable out = mha(x, x, x);
  std::cout << "Output shape: " << out.shape() << '\n';
  print_values("Output values: ", out.value());

  // Cross-attention: three queries look at seven keys.
  const Variable Q(randn({1, 3, 32}), true), K(randn({1, 7, 32}), true), V(randn({1, 7, 32}), true);
  const Variable cross = mha(Q, K, V);
  std::cout << "Cross-attn shape: " << cross.shape() << '\n';

  sum(out).backward();
  std::cout << "Gradient norm of x: " << norm(x.grad()) << '\n';
  for (const auto& [name, parameter] : mha.named_parameters()) {
    std::cout << "Gradient norm of " << name << ": " << norm(parameter.grad()) << '\n';
  }
  sum(cross).backward();
  std::cout << "Gradient norm of Q: " << norm(Q.grad()) << '\n';
  std::cout << "Gradient norm of K: " << norm(K.grad()) << '\n';
  std::cout << "Gradient norm of V: " << norm(V.grad()) << '\n';

  // The functional block on raw matrices: LayerNorm(x + MultiHead(x)).
  const auto matrix = [] { return Variable(randn({32, 32}).mul_(1 / std::sqrt(32.0)), true); };
  const Variable w_q = matrix(), w_k = matrix(), w_v = matrix(), w_o = matrix();
  const Variable block = nn::attention_block(x, w_q, w_k, w_v, w_o, /*num_heads=*/4);
  std::cout << "Block shape: " << block.shape() << '\n';
  print_values("Block values: ", block.value());

  std::cout << "\nThe tape of one self-attention:\n" << trace(sum(mha(x, x, x)), mha.named_parameters());
}

}  // namespace

int main(int argc, char** argv) {
  const bool as_dot = argc == 2 && std::string_view(argv[1]) == "--dot";
  if (argc > 1 && !as_dot) {
    std::cerr << "usage: attention [--dot]\n";
    return 2;
  }
  as_dot ? print_block_as_dot() : print_attention();
  if (std::cout.flush()) return 0;
  std::cerr << "attention: cannot write to the standard output\n";
  return 1;
}
