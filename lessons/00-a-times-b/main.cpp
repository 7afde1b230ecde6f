// A tape for single numbers, with the names that the library has: Variable, Node, record, Replay.
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <utility>
#include <vector>

struct Node;
struct Replay;
using Gradients = std::vector<double>;  // dL/d(input), one for each input
using Rule = std::function<Gradients(const Replay&)>;

struct Node {  // one entry of the tape
  int id;      // counts up: the inputs of an op are older than the op
  const char* op;
  std::vector<std::shared_ptr<Node>> inputs;
  std::vector<double> saved;  // the values that the rule will need
  Rule rule;
  double grad = 0;  // dL/d(output), summed up during the replay
};

struct Replay {  // what a rule is told
  const Node& node;
  double grad() const { return node.grad; }
  double saved(int i) const { return node.saved[i]; }
};

int newest_id = 0;

struct Variable {  // a number, and the node that made it
  double value;
  std::shared_ptr<Node> node;
  Variable(double x) : value(x), node(new Node{++newest_id, "leaf", {}, {}, {}}) {}
  Variable(double x, std::shared_ptr<Node> made_by) : value(x), node(std::move(made_by)) {}
  double grad() const { return node->grad; }
  void backward() const;
};

// Every op ends here: its result becomes a Variable, and the tape gets one more entry.
Variable record(const char* op, double value, const std::vector<Variable>& inputs, std::vector<double> saved,
                Rule rule) {
  std::vector<std::shared_ptr<Node>> nodes;
  for (const Variable& x : inputs) nodes.push_back(x.node);
  return {value, std::make_shared<Node>(Node{++newest_id, op, nodes, std::move(saved), std::move(rule)})};
}

Variable operator*(const Variable& a, const Variable& b) {  // d(ab)/da = b, d(ab)/db = a
  return record("mul", a.value * b.value, {a, b}, {a.value, b.value}, [](const Replay& r) -> Gradients {
    return {r.grad() * r.saved(1), r.grad() * r.saved(0)};
  });
}

Variable operator+(const Variable& a, const Variable& b) {  // both derivatives are 1
  const Rule rule = [](const Replay& r) -> Gradients { return {r.grad(), r.grad()}; };
  return record("add", a.value + b.value, {a, b}, {}, rule);
}

void Variable::backward() const {
  std::map<int, Node*, std::greater<>> tape;  // what this result depends on, by id: the newest first
  std::vector<Node*> todo{node.get()};
  while (!todo.empty()) {
    Node* next = todo.back();
    todo.pop_back();
    if (!tape.emplace(next->id, next).second) continue;  // it is there already
    for (const auto& input : next->inputs) todo.push_back(input.get());
  }
  node->grad = 1;  // dL/dL
  for (const auto& [id, n] : tape) {
    std::cout << "replay #" << n->id << ' ' << n->op << ", gradient " << n->grad << '\n';
    const Gradients gradients = n->rule ? n->rule({*n}) : Gradients();
    for (std::size_t i = 0; i < gradients.size(); ++i) n->inputs[i]->grad += gradients[i];
  }
}

int main() {
  const Variable a(3), b(4), c = a * b, L = c + a;
  L.backward();
  std::cout << "L = " << L.value << ", dL/da = " << a.grad() << ", dL/db = " << b.grad() << '\n';
}
