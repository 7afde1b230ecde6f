// Mixed precision: which products run so, what they compute, what they keep, and how they are differentiated.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

// The names of the nodes that lead to y.
std::vector<std::string> ops_of(const Variable& y) {
  std::vector<std::string> names;
  for (const auto& node : trace(y)) names.emplace_back(node->op());
  return names;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The nearest bfloat16, as float32.
Tensor coarse(const Tensor& x) { return x.to(bfloat16).to(float32); }

// Products that are exact in float32: each order of summation gives the same result.
Tensor whole(const Shape& shape) { return randint(-8, 9, shape).to(float32); }

// Whether float32 and mixed precision give the same gradients for numbers that bfloat16 holds exactly.
void check_exact(const std::function<Variable(const std::vector<Variable>&)>& f,
                 const std::vector<Tensor>& values, const std::string& op) {
  std::vector<Tensor> results[2];
  for (const bool mixed : {false, true}) {
    std::vector<Variable> inputs;
    for (const Tensor& value : values) inputs.emplace_back(value, true);
    Variable y;
    {
      const MixedPrecision guard(mixed);
      y = f(inputs);
    }
    CHECK(has(ops_of(y), mixed ? op + "_bfloat16" : op));
    CHECK_FALSE(has(ops_of(y), mixed ? op : op + "_bfloat16"));
    CHECK(y.dtype() == float32);
    manual_seed(1);
    const std::vector<Variable> gradients = grad({y}, inputs, {.grad_outputs = {whole(y.shape())}});
    results[mixed].push_back(y.value());
    for (const Variable& each : gradients) results[mixed].push_back(each.value());
  }
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    CAPTURE(i);
    CHECK(equal(results[0][i], results[1][i]));
  }
}

}  // namespace

TEST_CASE("mixed precision: products of numbers that bfloat16 holds are those of float32") {
  manual_seed(0);
  for (const bool readable : {false, true}) {
    CAPTURE(readable);
    const ReadableRules rules(readable);
    const auto product = [](const std::vector<Variable>& x) { return matmul(x[0], x[1]); };
    const auto layer = [](const std::vector<Variable>& x) { return linear(x[0], x[1], x[2]); };
    check_exact(product, {whole({4, 6}), whole({6, 5})}, "matmul");
    check_exact(product, {whole({2, 3, 20, 33}), whole({33, 17})}, "matmul");
    check_exact(product, {whole({7}), whole({7})}, "matmul");
    check_exact(product, {whole({7}), whole({2, 7, 3})}, "matmul");
    check_exact(product, {whole({2, 3, 9, 5}).transpose(1, 2), whole({2, 9, 5, 4})}, "matmul");
    check_exact(product, {whole({4, 0}), whole({0, 5})}, "matmul");
    check_exact(product, {whole({0, 4}), whole({4, 5})}, "matmul");
    check_exact(layer, {whole({3, 11, 40}), whole({70, 40}), whole({70})}, "linear");
    check_exact(layer, {whole({40}), whole({70, 40}), whole({70})}, "linear");
    check_exact([](const std::vector<Variable>& x) { return bmm(x[0], x[1]); },
                {whole({3, 4, 5}), whole({3, 5, 2})}, "matmul");
    check_exact(
        [](const std::vector<Variable>& x) {
          return einsum("ij,kj->ik", {x[0], x[1]});
        },
        {whole({4, 6}), whole({5, 6})}, "matmul");
  }
}

TEST_CASE("mixed precision: operands are rounded once, sums are float32") {
  manual_seed(0);
  const Tensor a = randn({30, 65}), b = randn({65, 40});
  const MixedPrecision guard;
  const Tensor y = matmul(a, b), expected = matmul(coarse(a).to(float64), coarse(b).to(float64));
  const Tensor sizes = matmul(abs(coarse(a)).to(float64), abs(coarse(b)).to(float64));
  CHECK(y.dtype() == float32);
  CHECK(max_abs((y.to(float64) - expected) / sizes) <= 65 * std::exp2(-23));
  CHECK(max_abs_diff(y, expected) > 0);  // sums of float64 they are not
  CHECK(expected.dtype() == float64);    // products of float64 stay so
  CHECK(max_abs_diff(matmul(a.to(float64), b.to(float64)), expected) > 1e-3);
}

TEST_CASE("mixed precision: the gradient that arrives is rounded for the products, and not for the bias") {
  manual_seed(0);
  const Variable x(randn({9, 16}), true), w(randn({12, 16}), true), b(randn({12}), true);
  const Tensor g = randn({9, 12});
  Variable y;
  {
    const MixedPrecision guard;
    y = linear(x, w, b);
  }
  const auto d = grad({y}, {x, w, b}, {.grad_outputs = {g}});
  const auto exact = [](const Tensor& t) { return coarse(t).to(float64); };
  CHECK(max_abs_diff(d[0].value(), matmul(exact(g), exact(w.value()))) < 1e-5);
  CHECK(max_abs_diff(d[1].value(), matmul(exact(g).mT(), exact(x.value()))) < 1e-5);
  CHECK(equal(d[2].value(), sum(g, 0)));
}

TEST_CASE("mixed precision: a Tensor is kept in bfloat16 once for all products that read it") {
  const Variable x(randn({256, 512}), true), w(randn({4, 512}), true), v(randn({4, 512}), true);
  const MixedPrecision guard;
  const Variable y = linear(x, w), z = linear(x, v);
  CHECK(trace(y).saved_bytes() == (256 * 512 + 4 * 512) * 2);
  const auto kept = [](const Variable& result) { return result.node()->saved_bytes(); };
  CHECK(kept(y) == kept(z));
  const PoolStats before = pool_stats();
  const Variable again = linear(x, w);  // needs memory for its result, and little else
  if (pooling) CHECK(pool_stats().in_use - before.in_use < 256 * 4 * 4 + 4096);
}

TEST_CASE("mixed precision: what changes after a product does not reach its gradient") {
  const Variable x(randn({3, 4}), true), w(randn({2, 4}), true);
  const Tensor before = x.value().clone();
  Variable y;
  {
    const MixedPrecision guard;
    y = linear(x, w);
    NoGradGuard no_grad;
    x.value().fill_(0);  // the copy in bfloat16 is what counts
  }
  const auto d = grad({y}, {w}, {.grad_outputs = {ones({3, 2})}});
  CHECK(max_abs_diff(d[0].value(), matmul(ones({2, 3}), coarse(before))) < 1e-5);
  const MixedPrecision guard;
  CHECK(equal(linear(x, w).value(), zeros({3, 2})));  // a new product reads the new numbers
}

TEST_CASE("mixed precision: memory that an op takes over for its result is rounded anew") {
  const Tensor numbers = randn({256, 128});  // above the size that is taken over
  const MixedPrecision guard;
  const Tensor w = randn({128, 8});
  Variable x(numbers.clone());
  const Tensor first = matmul(x, w);
  const Variable y = softmax(std::move(x), -1);
  CHECK(equal(matmul(y, w).value(), matmul(softmax(numbers, -1), w).value()));
}

TEST_CASE("mixed precision: second derivatives are those of products") {
  manual_seed(0);
  const Variable x(whole({4, 3}), true), w(whole({2, 3}), true);
  Variable y;
  {
    const MixedPrecision guard;
    y = linear(x, w);
  }
  const Variable seed(whole({4, 2}), true);
  const auto first = grad({y}, {x}, {.grad_outputs = {seed}, .create_graph = true});  // dx = seed w
  CHECK(has(ops_of(first[0]), "matmul_bfloat16"));
  {
    const MixedPrecision guard;
    y = matmul(x, w.mT());
  }
  const auto of_matmul = grad({y}, {x}, {.grad_outputs = {seed}, .create_graph = true});
  CHECK(has(ops_of(of_matmul[0]), "matmul_bfloat16"));
  const Tensor g = whole({4, 3});
  const auto second = grad({first[0]}, {w, seed}, {.grad_outputs = {g}});
  CHECK(equal(second[0].value(), matmul(seed.value().mT(), g)));
  CHECK(equal(second[1].value(), matmul(g, w.value().mT())));
}

TEST_CASE("mixed precision: the guard is for its thread and its block") {
  CHECK_FALSE(mixed_precision());
  {
    const MixedPrecision guard;
    CHECK(mixed_precision());
    {
      const MixedPrecision off(false);
      CHECK_FALSE(mixed_precision());
    }
    CHECK(mixed_precision());
    bool elsewhere = true;
    std::thread([&] { elsewhere = mixed_precision(); }).join();
    CHECK_FALSE(elsewhere);
  }
  CHECK_FALSE(mixed_precision());
  CHECK_THROWS(([] {
    const MixedPrecision guard;
    matmul(ones({2, 3}), ones({2, 3}));
  }()));
  CHECK_FALSE(mixed_precision());
}

TEST_CASE("mixed precision: gradcheck refuses it") {
  const Variable x(ones({2, 2}), true);
  const auto f = [](const std::vector<Variable>& in) { return matmul(in[0], in[0]); };
  const MixedPrecision guard;
  CHECK_THROWS_TEXT(gradcheck(f, {x}), "[gradcheck] MixedPrecision is on");
}

TEST_CASE("mixed precision: a checkpoint runs again as it ran first") {
  manual_seed(0);
  const Variable w(randn({6, 6}), true), x(randn({3, 6}), true);
  const auto f = [&](const std::vector<Variable>& in) { return linear(tanh(linear(in[0], w)), w); };
  std::vector<Tensor> gradients;
  for (const bool checkpointed : {false, true}) {
    Variable y;
    {
      const MixedPrecision guard;
      y = checkpointed ? checkpoint(f, {x}) : f({x});
    }
    for (const Variable& each : grad({sum(y)}, {x, w})) gradients.push_back(each.value());
  }
  CHECK(equal(gradients[0], gradients[2]));
  CHECK(equal(gradients[1], gradients[3]));
}

TEST_CASE("mixed precision: weights stored in bfloat16 need no guard") {
  manual_seed(0);
  const Variable x(randn({5, 16}), true), b(randn({7}), true);
  const Tensor w = randn({7, 16});
  const Variable y = linear(x, w.to(bfloat16), b);
  CHECK(has(ops_of(y), "linear_bfloat16"));
  CHECK(max_abs_diff(y.value(), linear(coarse(x.value()), coarse(w), b).value()) < 1e-5);
  const auto d = grad({y}, {x}, {.grad_outputs = {ones({5, 7})}});
  CHECK(max_abs_diff(d[0].value(), matmul(ones({5, 7}), coarse(w))) < 1e-5);
  CHECK(max_abs_diff(matmul(x, w.to(bfloat16).mT()).value(), matmul(coarse(x.value()), coarse(w).mT())) <
        1e-5);
  CHECK(matmul(w.to(bfloat16), w.to(bfloat16).mT()).dtype() == float32);
  CHECK_THROWS_TEXT(linear(x.value().to(float64), w.to(bfloat16)),
                    "bfloat16 multiplies float32 alone, got x float64 (5, 16) and weight bfloat16 (7, 16)");
  CHECK_THROWS_TEXT(matmul(w.to(int64), w.to(bfloat16).mT()), "needs floating operands");
  CHECK_THROWS_TEXT(linear(x, w, b.value().to(bfloat16)),
                    "[linear] bias is added in float32, not bfloat16 (7,)");
}

TEST_CASE("mixed precision: attention is that of the rounded operands, and its rule agrees") {
  manual_seed(0);
  const Shape shape{2, 4, 150, 16}, of_keys{2, 2, 300, 16};  // several tiles
  const Variable q(randn(shape), true), k(randn(of_keys), true), v(randn(of_keys), true);
  const Tensor g = randn(shape);
  const FusedAttentionOptions options{.scale = 0.25, .causal = true};
  Variable y;
  {
    const MixedPrecision guard;
    y = fused_attention(q, k, v, options);
  }
  CHECK(has(ops_of(y), "fused_attention_bfloat16"));
  CHECK(y.node()->saved_bytes() == (2 * 150 * 4 + 2 * 2 * 300 * 2) * 16 * 2 + 2 * 4 * 150 * (16 + 2) * 4);
  const Variable exact_q(coarse(q.value()), true), exact_k(coarse(k.value()), true),
      exact_v(coarse(v.value()), true);
  const Variable exact = fused_attention(exact_q, exact_k, exact_v, options);
  // Weights are rounded by 2⁻⁹ of themselves at most, so an output by 2⁻⁹ of the largest v.
  CHECK(max_abs_diff(y.value(), exact.value()) <= std::exp2(-9) * max_abs(v.value()));
  CHECK(max_abs_diff(y.value(), exact.value()) > 0);
  const auto d = grad({y}, {q, k, v}, {.grad_outputs = {g}, .retain_graph = true});
  const auto e = grad({exact}, {exact_q, exact_k, exact_v}, {.grad_outputs = {g}});
  const ReadableRules rules(true);
  const auto by_rule = grad({y}, {q, k, v}, {.grad_outputs = {g}});
  for (std::size_t i = 0; i < d.size(); ++i) {
    CAPTURE(i);
    CHECK(max_abs_diff(d[i].value(), e[i].value()) <= 0.01 * max_abs(e[i].value()));
    CHECK(max_abs_diff(d[i].value(), by_rule[i].value()) <= 0.01 * max_abs(e[i].value()));
  }
}
