// masked_select and nonzero, against PyTorch (golden/make_masked_select.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/masked_select.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("masked_select: values and gradients") {
  check_ops("masked_select", {{"masked_select", [](const Xs& x) { return masked_select(x[0], x[1]); }},
                              {"nonzero", [](const Xs& x) { return Variable(nonzero(x[0])); }}});
}

TEST_CASE("masked_select: large, the elements in order and each gradient in its place") {
  Generator generator(3);
  const Variable x(randn({300, 700}, float32, generator), true);
  const Tensor mask = gt(x, 0.5), places = nonzero(mask);
  const Variable y = x.masked_select(mask);
  REQUIRE(y.numel() == sum(mask).item<std::int64_t>());
  y.backward(y.value());
  for (std::int64_t i = 0; i < y.numel(); i += 97) {
    const Shape at = {places.data<std::int64_t>()[2 * i], places.data<std::int64_t>()[2 * i + 1]};
    CHECK(y.value().at({i}) == x.value().at(at));
  }
  CHECK(equal(x.grad(), masked_fill(x, ~mask, 0).value()));
}

TEST_CASE("masked_select: the mask is kept as indices, and the tape names the op") {
  const Variable x(ones({2, 3}), true);
  const Variable y = masked_select(x, tensor({true, false, true}));
  CHECK(std::string(y.node()->op()) == "masked_select");
  CHECK(y.node()->saved_bytes() == 4 * sizeof(std::int64_t));
}

TEST_CASE("masked_select: errors") {
  const Variable x = zeros({2, 3});
  CHECK_THROWS_TEXT(masked_select(x, tensor({1, 0, 1})),
                    "[masked_select] the mask is boolean, not int64 of shape (3,); mask != 0 is boolean");
  CHECK_THROWS_TEXT(masked_select(x, tensor({true, false})),
                    "[masked_select] shapes do not broadcast: (2, 3) and (2,)");
  CHECK_THROWS_TEXT(masked_select(Variable(), tensor(true)), "[masked_select]");
  CHECK_THROWS_TEXT(nonzero(Variable()), "[nonzero]");
}
