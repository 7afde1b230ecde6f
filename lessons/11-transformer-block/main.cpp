// Stacks of transformer blocks, bare, post-norm and pre-norm: how much of a gradient arrives below, how much
// of it by the direct path alone, and what depth does to the gradient of the last block.
#include <iomanip>
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

enum Order { bare, post, pre };
constexpr const char* names[] = {"bare", "post", "pre"};

// One block. If `direct`, attention and network count as constants: no gradient flows through them.
Variable apply(const nn::TransformerBlock& block, const Variable& x, Order order, bool direct) {
  const auto branch = [&](const Variable& y) { return direct ? y.detach() : y; };
  const auto attend = [&](const Variable& y) { return branch(block.attention(y, y, y)); };
  const auto network = [&](const Variable& y) { return branch(block.feed_forward(y)); };
  if (order == bare) return network(attend(x));
  if (order == post) {
    const Variable h = block.norm1(x + attend(x));
    return block.norm2(h + network(h));
  }
  const Variable h = x + attend(block.norm1(x));
  return h + network(block.norm2(h));
}

double gradient_size(const Variable& x) { return x.has_grad() ? norm(x.grad()).item<double>() : 0; }

struct Measured {
  std::vector<double> gradients;  // the size of dL/dx before each block, and at the top
  double size;                    // of x at the top: the root of the mean of its squares
  double last;                    // the size of dL/dW of the last matrix of the last block
};

Measured measure(int depth, Order order, bool direct) {
  manual_seed(0);
  nn::ModuleList<nn::TransformerBlock> blocks;
  for (int i = 0; i < depth; ++i) blocks.emplace_back(/*d_model=*/32, /*num_heads=*/4);
  for (const auto& [name, parameter] : blocks.named_parameters()) {
    if (parameter.dim() == 2) nn::init::xavier_normal_(parameter);  // of a matrix
  }
  std::vector<Variable> x{Variable(randn({8, 8, 32}), /*requires_grad=*/true)};
  for (const auto& block : blocks) {
    x.push_back(apply(block, x.back(), order, direct));
    x.back().retain_grad();
  }
  const Variable top = layer_norm(x.back());
  top.backward(randn(top.shape()));  // any dL/d(top) will do
  Measured m{{},
             x.back().value().pow(2).mean().sqrt().item<double>(),
             gradient_size(blocks[depth - 1].feed_forward.project.weight)};
  for (const Variable& y : x) m.gradients.push_back(gradient_size(y));
  return m;
}

int main() {
  const Variable x(tensor({1.0, -1.0, 1.0, -1.0}), /*requires_grad=*/true), f(tensor({1.0, 1.0, -1.0, -1.0}));
  layer_norm(x + f).backward(tensor({0.0, 1.0, -1.0, 0.0}));
  std::cout << "by hand      " << x.grad() << '\n' << std::setprecision(2);
  for (const bool direct : {false, true}) {
    std::cout << (direct ? "direct path" : "all of it  ") << "  x24      x18      x12       x6       x0\n";
    for (const Order order : {bare, post, pre}) {
      if (direct && order == bare) continue;  // has no such path
      const auto& g = measure(24, order, direct).gradients;
      std::cout << std::left << std::setw(5) << names[order] << std::right;
      for (const std::size_t i : {24, 18, 12, 6, 0}) std::cout << std::setw(9) << g[i] / g[24];
      std::cout << '\n';
    }
  }
  for (const Order order : {post, pre}) {
    const double unit = measure(4, order, false).last;
    for (const int depth : {4, 16, 64}) {
      const Measured m = measure(depth, order, false);
      std::cout << names[order] << ", " << depth << " blocks: size of x " << m.size << ", gradient of W "
                << m.last / unit << '\n';
    }
  }
}
