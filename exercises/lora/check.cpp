#include "judge.hpp"

#include STUDENT

namespace {

/// A LoraLinear whose B is not 0.
LoraLinear trained(std::int64_t in, std::int64_t out, std::int64_t rank, double alpha,
                   const nn::LinearOptions& options) {
  LoraLinear lora(nn::Linear(in, out, options), rank, alpha);
  lora.A.set_value(randn({rank, in}, options.dtype));
  lora.B.set_value(randn({out, rank}, options.dtype));
  return lora;
}

}  // namespace

void checks(Judge& judge) {
  judge.that("begins as the layer", [] {
    nn::Linear layer(6, 4);
    const Tensor x = randn({3, 6}), before = layer(x).value();
    const LoraLinear lora(std::move(layer), 2, 8);
    Judge::must_equal(lora(x), before, 1e-6);
    Judge::must_equal(lora.B, zeros({4, 2}), 0);
  });
  judge.that("A is random", [] {
    const LoraLinear lora(nn::Linear(64, 8), 16, 16);
    if (lora.A.shape() != Shape{16, 64}) Judge::must_equal(lora.A, zeros({16, 64}), 0);  // says the shapes
    const double deviation = xgrad::std(lora.A).item<double>();
    Judge::must(deviation > 0.1 && deviation < 0.15,
                "A is (16, 64): its standard deviation must be about 1/8, yours is ", deviation);
  });
  judge.that("values", [] {
    LoraLinear lora(nn::Linear(2, 2, {.bias = false}), 1, 2);
    lora.base.weight.set_value(eye(2));
    lora.A.set_value(tensor({{1.0, 2.0}}));
    lora.B.set_value(tensor({{3.0}, {0.0}}));
    Judge::must_equal(lora(tensor({1.0, 1.0})), tensor({19.0, 1.0}), 1e-6);
  });
  judge.that("merged weight", [] {
    const LoraLinear lora = trained(6, 4, 3, 2, {});
    const Tensor x = randn({2, 5, 6});
    const Variable expected = lora.base(x) + linear(linear(x, lora.A), lora.B) * (2.0 / 3);
    Judge::must_equal(lora(x), expected.value(), 1e-5, "forward, in 6, out 4, rank 3, alpha 2");
    const Tensor merged = lora.merged_weight();
    if (merged.shape() != Shape{4, 6}) Judge::must_equal(merged, lora.base.weight.value(), 0);
    Judge::must_equal(linear(x, merged, lora.base.bias), expected.value(), 1e-4,
                      "x times the merged weight, plus the bias");
  });
  judge.that("frozen", [] {
    const LoraLinear lora = trained(6, 4, 2, 2, {});
    sum(lora(randn({3, 6}))).backward();
    Judge::must(!lora.base.weight.has_grad(), "the layer's weight gets a gradient");
    Judge::must(!lora.base.bias.has_grad(), "the layer's bias gets a gradient");
    Judge::must(lora.A.has_grad() && lora.B.has_grad(), "A or B gets no gradient");
  });
  judge.that("gradients", [] {
    const LoraLinear lora = trained(3, 4, 2, 3, {});
    for (int order = 1; order <= 2; ++order) {
      const auto result =
          gradcheck([&](const Variable& x) { return lora.forward(x); }, {randn({5, 3})}, {.order = order},
                    {{"W", lora.base.weight}, {"b", lora.base.bias}, {"A", lora.A}, {"B", lora.B}});
      Judge::must(bool(result), result.message());
    }
  });
  judge.that("two thin products", [] {
    const LoraLinear lora = trained(9, 7, 2, 2, {});
    lora.base.weight.requires_grad_(false);  // so that W is not on the tape
    for (const auto& node : trace(lora(randn({5, 9})))) {
      const Shape& shape = node->shape();
      Judge::must(shape != Shape{7, 9} && shape != Shape{9, 7}, "forward forms a matrix of the shape of W");
    }
  });
  judge.that("names", [] {
    const LoraLinear lora(nn::Linear(6, 4), 2, 2);
    std::string names;
    for (const auto& [name, parameter] : lora.named_parameters())
      names += (names.empty() ? "" : ", ") + name + (parameter.requires_grad() ? "" : " (frozen)");
    const std::string ours = "base.weight (frozen), base.bias (frozen), A, B";
    Judge::must(names == ours, "the parameters must be ", ours, "; yours are ", names);
  });
  judge.that("float64, no bias", [] {
    const LoraLinear lora(nn::Linear(6, 4, {.bias = false, .dtype = float64}), 2, 2);
    const Tensor x = randn({3, 6}, float64);
    Judge::must_equal(lora(x), lora.base(x).value(), 1e-14);
  });
}
