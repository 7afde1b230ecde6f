// u = x · x, v = u · y, L = u + v: its derivatives by the chain rule, forwards, and backwards in three
// orders. Then the same with the library, and a tape on which many paths lead to one leaf.
#include <iostream>
#include <map>
#include <string>
#include <vector>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// Forwards: a number, and its derivative with respect to the one input that moves.
struct Dual {
  double value, slope;
};
Dual operator*(Dual a, Dual b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }
Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }

void forwards(const char* input, Dual x, Dual y) {
  const Dual u = x * x, v = u * y, L = u + v;
  std::cout << "forwards from " << input << ": u " << u.slope << ", v " << v.slope << ", L " << L.slope
            << '\n';
}

// Backwards: the tape as a list of edges. A step along an edge multiplies by d(result)/d(input).
struct Edge {
  char result, input;
  double factor;
};
const std::vector<Edge> edges{{'L', 'u', 1}, {'L', 'v', 1}, {'v', 'u', 4},
                              {'v', 'y', 9}, {'u', 'x', 3}, {'u', 'x', 3}};

void backwards(const std::string& order) {
  std::map<char, double> gradient{{'L', 1}};  // dL/dL = 1; the others begin with 0
  for (const char node : order) {
    for (const Edge& e : edges) {
      if (e.result == node) gradient[e.input] += gradient[node] * e.factor;
    }
  }
  std::cout << "backwards as " << order << ": dL/dx = " << gradient['x'] << ", dL/dy = " << gradient['y']
            << '\n';
}

// How many paths lead from a node to the leaves: one for a leaf, and those of all inputs for an op.
int paths_from(const Node& node) {
  int paths = node.is_leaf() ? 1 : 0;
  for (const auto& input : node.inputs()) paths += paths_from(*input);
  return paths;
}

int main() {
  forwards("x", {3, 1}, {4, 0});
  forwards("y", {3, 0}, {4, 1});
  backwards("Lvuyx");  // newest first
  backwards("Luvyx");  // u too early
  backwards("xyuvL");  // oldest first

  const Variable x(tensor(3.0), /*requires_grad=*/true), y(tensor(4.0), /*requires_grad=*/true);
  const Variable u = x * x, v = u * y, L = u + v;
  v.register_hook([](const Variable& gradient) { std::cout << "library: v " << gradient.item<float>(); });
  u.register_hook([](const Variable& gradient) { std::cout << ", u " << gradient.item<float>(); });
  L.backward();
  std::cout << ", y " << y.grad().item<float>() << ", x " << x.grad().item<float>() << '\n';

  int replayed = 0;
  const Variable start(tensor(1.0), /*requires_grad=*/true);
  Variable z = start;
  for (int i = 0; i < 16; ++i) {
    z = z + z;
    z.register_hook([&replayed](const Variable&) { ++replayed; });
  }
  z.backward();
  std::cout << "Doublings: " << paths_from(*z.node()) << " paths, " << replayed
            << " nodes replayed, derivative " << start.grad().item<float>() << '\n';
}
