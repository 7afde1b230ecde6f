// Products, against PyTorch (golden/make_prod.py), plain loops and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/prod.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("prod, cumprod: values and gradients") {
  std::vector<OpRow> rows = {{"prod", [](const Xs& x) { return prod(x[0]); }},
                             {"prod_of_special", [](const Xs& x) { return prod(x[0].detach()); }},
                             {"cumprod_of_special", [](const Xs& x) { return cumprod(x[0].detach(), 0); }}};
  const std::pair<const char*, Shape> choices[] = {{"0", {0}},      {"-2", {-2}},      {"2", {2}},
                                                   {"0_1", {0, 1}}, {"-1_0", {-1, 0}}, {"0_2_1", {0, 2, 1}}};
  for (const auto& [name, dims] : choices) {
    rows.push_back({std::string("prod_") + name, [dims = dims](const Xs& x) { return prod(x[0], dims); }});
    rows.push_back({std::string("prod_") + name + "_keep",
                    [dims = dims](const Xs& x) { return x[0].prod(dims, true); }});
  }
  for (const int dim : {0, 1, -1}) {
    rows.push_back({"cumprod_" + std::to_string(dim), [dim](const Xs& x) { return x[0].cumprod(dim); }});
  }
  check_ops("prod", rows);
}

TEST_CASE("prod: third derivatives where elements are 0") {
  // ∂³(x₀ x₁ x₂ x₃)/∂x₀∂x₁∂x₂ = x₃, whatever the others are
  for (const auto& values : {std::vector{0.0, 0.0, 0.0, 7.0}, std::vector{2.0, 0.0, 3.0, 7.0}}) {
    const Variable x(tensor(values), true);
    Variable y = prod(x), z = select(cumprod(x, 0), 0, 3);
    for (const std::int64_t i : {0, 1, 2}) {
      y = select(grad({y}, {x}, {.create_graph = true})[0], 0, i);
      z = select(grad({z}, {x}, {.create_graph = true})[0], 0, i);
    }
    CHECK(y.item<double>() == 7);
    CHECK(z.item<double>() == 7);
  }
}

TEST_CASE("prod, cumprod: the slope of a NaN or infinite element is the product of the others") {
  for (const double special : {double(NAN), double(INFINITY)}) {
    const Variable x(tensor({3.0, special, -2.0}, float64), true);
    prod(x).backward();
    CHECK(x.grad().at({1}) == -6);
    CHECK_FALSE(std::isfinite(double(x.grad().at({0}))));
    const Variable g = grad({cumprod(x, 0).sum()}, {x})[0];
    CHECK(g.value().at({1}) == 3 - 6);
    CHECK_FALSE(std::isfinite(double(g.value().at({2}))));
  }
}

TEST_CASE("prod: a float32 gradient whose parts leave float32's range") {
  const Variable x(tensor({1e30, 1e30, 1e-30, 1e-30}), true);
  prod(x).backward();
  for (const std::int64_t i : {0, 1}) CHECK(x.grad().at({i}) == doctest::Approx(1e-30).epsilon(1e-6));
  for (const std::int64_t i : {2, 3}) CHECK(x.grad().at({i}) == doctest::Approx(1e30).epsilon(1e-6));
}

TEST_CASE("prod, cumprod: large, expanded and strided inputs, whatever the number of threads") {
  Generator generator(0);
  const Tensor wide = rand({40, 300, 17}, float64, generator).mul_(0.02).add_(0.99);
  const Threads restored(1);
  for (const Tensor& x : {wide, wide.permute({2, 0, 1}), wide.slice(1, 3, to_end, 2),
                          wide.slice(0, 2, 3).expand({40, 300, 17})}) {
    const std::vector<double> values = x.to_vector<double>();
    std::vector<double> running(values.size());
    const auto n = static_cast<std::size_t>(x.size(2));
    double all = 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all *= values[i];
      running[i] = i % n == 0 ? values[i] : running[i - 1] * values[i];
    }
    for (const int threads : {1, 3}) {
      set_num_threads(threads);
      CHECK(prod(x).item<double>() == doctest::Approx(all).epsilon(1e-9));
      CHECK(max_abs_diff(cumprod(x, 2).value(), tensor(running).reshape(x.shape())) < 1e-12);
      const Tensor ends = cumprod(x, -1).value().select(2, -1);
      CHECK(max_abs_diff(prod(x, 2).value(), ends) < 1e-12);
      CHECK(max_abs_diff(prod(x.transpose(0, 2), 0).value(), ends.mT()) < 1e-12);
    }
  }
}

TEST_CASE("prod, cumprod: errors") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_TEXT(prod(x, {2}), "[prod] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(prod(x, {0, -2}), "[prod] dim -2 appears twice in the list of dims (0, -2)");
  CHECK_THROWS_TEXT(prod(Variable()), "[prod]");
  CHECK_THROWS_TEXT(cumprod(x, -3), "[cumprod] dim -3 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(cumprod(Variable(), 0), "[cumprod]");
}
