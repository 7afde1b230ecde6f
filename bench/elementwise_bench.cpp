// An op of one formula against the same formula composed of ops: forward and backward, one thread.
//
//     elementwise_bench [rounds]

#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "in_turn.hpp"

using namespace xgrad;

namespace {

// Forward and backward of op(inputs) and of formula(inputs), which composes ops.
template <class Op, class Formula>
void row(const std::string& name, std::int64_t n, int inputs, const Op& op, const Formula& formula) {
  std::vector<Variable> x;
  for (int i = 0; i < inputs; ++i) x.emplace_back(randn({n}), true);
  const Tensor ones_of_n = ones({n});
  const auto step = [&](const auto& f) {
    return [&] {
      for (const Variable& input : x) input.zero_grad();
      f(x).backward(ones_of_n);
      return x[0].grad();
    };
  };
  bench::in_turn(name + " (" + std::to_string(n) + ")", step(op), step(formula));
}

}  // namespace

int main(int argc, char** argv) {
  bench::read_rounds(argc, argv);
  set_num_threads(1);
  manual_seed(0);
  std::printf(
      "| formula, forward and backward | elementwise, µs | composed, µs | ratio |\n|---|--:|--:|--:|\n");
  const auto of_mish = [](const auto& a) { return a * tanh(log1p(exp(a))); };
  const auto of_gate = [](const auto& a, const auto& b) { return a / (1 + exp(-b)); };
  const auto of_six = [](const auto& a, const auto& b) { return a * b + a - b / (a * a + 1); };
  const auto of_ten = [](const auto& a, const auto& b, const auto& c, const auto& d) {
    return (a * b + c) / (d * d + 2) - a * c + b / (1 + c * c);
  };
  const auto mish_op = elementwise("mish", of_mish);
  const auto gate_op = elementwise("gate", of_gate);
  const auto six_op = elementwise("six", of_six);
  const auto ten_op = elementwise("ten", of_ten);
  using List = const std::vector<Variable>&;
  for (const std::int64_t n : {100, 1000, 10000, 1000000}) {
    row(
        "a tanh(log1p(exp a))", n, 1, [&](List x) { return mish_op(x[0]); },
        [&](List x) { return of_mish(x[0]); });
    row(
        "a / (1 + exp(−b))", n, 2, [&](List x) { return gate_op(x[0], x[1]); },
        [&](List x) { return of_gate(x[0], x[1]); });
    row(
        "a b + a − b / (a a + 1)", n, 2, [&](List x) { return six_op(x[0], x[1]); },
        [&](List x) { return of_six(x[0], x[1]); });
    row(
        "(a b + c) / (d d + 2) − a c + b / (1 + c c)", n, 4,
        [&](List x) { return ten_op(x[0], x[1], x[2], x[3]); },
        [&](List x) { return of_ten(x[0], x[1], x[2], x[3]); });
  }
}
