// x[...] of Tensors and Variables, and what is assigned to it: against PyTorch (golden/make_subscripts.py,
// golden/make_assignments.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <optional>
#include <tuple>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("subscripts: values and gradients") {
  check_ops("subscripts", {{"view 0", [](const Xs& x) { return x[0][0]; }},
                           {"view -1", [](const Xs& x) { return x[0][-1]; }},
                           {"view 1, 0", [](const Xs& x) { return x[0][1][0]; }},
                           {"view 1:", [](const Xs& x) { return x[0][Slice(1)]; }},
                           {"view parts",
                            [](const Xs& x) {
                              return x[0][{Slice(1, 3), Slice(), -1}];
                            }},
                           {"view steps",
                            [](const Xs& x) {
                              return x[0][{Slice(0, to_end, 2), Slice(-2), Slice(1, 9, 3)}];
                            }},
                           {"view ellipsis",
                            [](const Xs& x) {
                              return x[0][{Ellipsis, 0}];
                            }},
                           {"view between",
                            [](const Xs& x) {
                              return x[0][{1, Ellipsis, Slice(1, 3)}];
                            }},
                           {"view new",
                            [](const Xs& x) {
                              return x[0][{Slice(), newaxis, 1, Ellipsis, newaxis}];
                            }},
                           {"view all", [](const Xs& x) { return x[0][Ellipsis] * 1; }},
                           {"mask", [](const Xs& x) { return x[0][x[1]]; }},
                           {"index", [](const Xs& x) { return x[0][x[1]]; }}});
}

TEST_CASE("subscripts: a Tensor's views share its memory, masks and indices copy") {
  const Tensor t = arange(0, 24, 1, float32).reshape({3, 2, 4});
  for (const Tensor& view : {t[1], t[-2], t[1u], t[std::size_t{1}], t[{1}], t[{1, Ellipsis}]}) {
    CHECK(view.storage() == t.storage());
    CHECK(equal(view, t.select(0, 1)));
  }
  CHECK(equal(t[{Slice(1, 3), Slice(), -1}], tensor({{11.F, 15.F}, {19.F, 23.F}})));
  CHECK(equal(t[{}], t));
  CHECK(equal(t[0][1][2], tensor(6.F)));
  CHECK(t[{0, newaxis}].shape() == Shape{1, 2, 4});
  CHECK(zeros({2, 3, 1, 1, 1, 1, 1, 1})[{newaxis, Slice(), 0}].shape() == Shape{1, 2, 1, 1, 1, 1, 1, 1});
  CHECK(t[Slice(3)].shape() == Shape{0, 2, 4});
  const Tensor large = t[t > 20], rows = t[tensor({2, 0})];
  CHECK(equal(large, tensor({21.F, 22.F, 23.F})));
  CHECK(equal(rows[0], t[2]));
  CHECK(equal(rows[1], t[0]));
  CHECK_FALSE(large.storage() == t.storage());
  CHECK_FALSE(rows.storage() == t.storage());
  CHECK(equal(t[tensor({true, false, false})][tensor(0)], t[0]));
}

TEST_CASE("subscripts: an integer or a Slice is one node, a whole dim none") {
  const Variable x(ones({3, 2}), true);
  CHECK(std::string(x[0].node()->op()) == "select");
  CHECK(std::string(x[Slice(1)].node()->op()) == "slice");
  CHECK(std::string(x[x > 0].node()->inputs()[0]->op()) == "reshape");
  CHECK(x[{Slice(), Ellipsis}].is(x));
  CHECK(std::string(x[tensor({0, 1})].node()->op()) == "index_select");
}

TEST_CASE("subscripts: errors") {
  const Tensor t = zeros({2, 3});
  const Variable x = t;
  CHECK_THROWS_AS(t[2], std::out_of_range);
  CHECK_THROWS_TEXT(t[2], "[index] index 2 is out of range for dim 0 of shape (2, 3)");
  CHECK_THROWS_TEXT((x[{0, -4}]), "[index] index -4 is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT((x[{newaxis, Ellipsis, 3}]), "[index] index 3 is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(t[~std::uint64_t{0}], "[index] index 9223372036854775807 is out of range for dim 0");
  CHECK_THROWS_AS(static_cast<void>(t[{0, 0, 0}]), std::out_of_range);
  CHECK_THROWS_TEXT((x[{0, 0, 0}]), "[index] too many indices for shape (2, 3): 3");
  CHECK_THROWS_TEXT(tensor(1.0)[0], "[index] too many indices for shape (): 1");
  CHECK_THROWS_TEXT((t[{Ellipsis, Ellipsis}]), "[index] more than one Ellipsis for shape (2, 3)");
  CHECK_THROWS_TEXT(t[Slice(0, 2, 0)], "[slice] step must be positive, not 0");
  CHECK_THROWS_AS(static_cast<void>(t[tensor({true})]), std::out_of_range);
  CHECK_THROWS_TEXT(x[tensor({true, false, true})],
                    "[index] a mask of shape (3,) does not fit the first dims of shape (2, 3); "
                    "masked_select(x, mask) broadcasts");
  CHECK_THROWS_TEXT(t[zeros({2, 3, 1}, boolean)], "[index] a mask of shape (2, 3, 1) does not fit");
  CHECK_THROWS_TEXT(x[tensor({0.0F})], "[index] an index is boolean or int64, not float32 of shape (1,)");
  CHECK_THROWS_TEXT(tensor(1.0)[tensor({0})], "[index] there is no dim to index in shape ()");
  CHECK_THROWS_TEXT(x[tensor({0, 2})], "index 2 at position (1,) is out of range for dim 0 of shape (2, 3)");
  CHECK_THROWS_TEXT(Tensor()[0], "[index]");
  CHECK_THROWS_TEXT(Variable()[0], "[index]");
  CHECK_THROWS_TEXT(Tensor()[tensor({0})], "[index]");
  CHECK_THROWS_TEXT(x[Variable()], "[index]");
}

namespace {

// t = 0, 1, ..., 23 of shape (3, 2, 4), changed.
void check_assigned(const char* name, void (*change)(const Tensor& t, const Tensor& u, const Tensor& mask)) {
  CAPTURE(name);
  for (const DType dtype : {float32, float64, int64}) {
    if (dtype == int64 && std::string(name) == "mask, divided") continue;
    for (const Tensor& t : {zeros({3, 2, 4}, dtype), zeros({3, 4, 2}, dtype).mT()}) {  // and with strides
      t.copy_(golden("assignments", "t"));
      const std::uint32_t version = t.version();
      change(t, golden("assignments", "u").to(dtype), golden("assignments", "mask"));
      CHECK(equal(t, golden("assignments", name).to(dtype)));
      CHECK(t.version() > version);
    }
  }
}

}  // namespace

TEST_CASE("assignments: to views, masks and indices") {
  using T = const Tensor&;
  check_assigned("row", [](T t, T, T) { t[1] = 5; });
  check_assigned("row of rows", [](T t, T u, T) { t[-1] = u; });
  check_assigned("broadcast", [](T t, T u, T) { t[0] = u[0]; });
  check_assigned("first ones", [](T t, T u, T) { t[0] = u.reshape({1, 1, 2, 4}); });
  check_assigned("element", [](T t, T, T) { t[1][0][2] = -1; });
  check_assigned("parts", [](T t, T, T) { t[{Slice(1, 3), Slice(), -1}] = 0; });
  check_assigned("overlap", [](T t, T, T) { t[Slice(1)] = t[Slice(0, 2)]; });
  check_assigned("mask with a number", [](T t, T, T mask) { t[mask] = 0.5; });
  check_assigned("mask with values", [](T t, T u, T mask) { t[mask] = u.reshape({8}); });
  check_assigned("mask of rows", [](T t, T u, T) { t[tensor({true, false, true})] = u[1]; });
  check_assigned("mask in a row", [](T t, T, T mask) { t[1][mask[1]] = -3; });
  check_assigned("mask of a transposed view", [](T t, T u, T mask) {
    t.transpose(0, 2)[mask.transpose(0, 2)] = u.reshape({1, 8});
  });
  check_assigned("index", [](T t, T u, T) { t[tensor({2, 0})] = u.unsqueeze(1); });
  check_assigned("index, added", [](T t, T, T) { t[tensor({2, 1})] += 10; });
  check_assigned("mask, multiplied", [](T t, T, T mask) { t[mask] *= -2; });
  check_assigned("mask, divided", [](T t, T, T mask) { t[mask] /= 4; });
  check_assigned("row, subtracted", [](T t, T u, T) { t[0] -= u; });
}

TEST_CASE("assignments: from one selection to another, of nothing, and with an index named twice") {
  const Tensor t = arange(6), u = arange(0, 60, 10);
  t[t > 3] = u[u < 20];
  CHECK(equal(t, tensor({0, 1, 2, 3, 0, 10})));
  t[t > 100] = 7;
  t[tensor(std::vector<std::int64_t>{})] += 1;
  CHECK(equal(t, tensor({0, 1, 2, 3, 0, 10})));
  t[tensor({1, 1})] = tensor({8, 9});
  t[tensor({0, 0})] += 1;
  CHECK(equal(t, tensor({1, 9, 2, 3, 0, 10})));
  auto copy = t[t > 8];
  copy += 1;
  copy[0] = 4;
  CHECK(equal(copy, tensor({4, 11})));
  CHECK(equal(t, tensor({1, 9, 2, 3, 0, 10})));
  copy = t;
  CHECK(copy.storage() == t.storage());
}

TEST_CASE("assignments: a name takes another Tensor, and changes no elements") {
  const Tensor t = zeros({3});
  Tensor a = t, b = ones({2});
  const Tensor first_b = b;
  std::swap(a, b);
  CHECK(b.storage() == t.storage());
  std::tie(a, b) = std::pair(t, first_b);
  CHECK(a.storage() == t.storage());
  CHECK(b.storage() == first_b.storage());
  a = b;
  std::optional<Tensor> maybe = t;
  maybe = b;
  std::vector<Tensor> list = {t, t};
  list[0] = b;
  list.erase(list.begin());
  Tensor row = t[0];
  row = first_b;
  a = {};
  CHECK_FALSE(a.defined());
  CHECK(equal(t, zeros({3})));
  CHECK(t.version() == 0);
  static_assert(std::is_nothrow_move_assignable_v<Tensor> && std::is_nothrow_move_constructible_v<Tensor>);
  static_assert(std::is_nothrow_move_assignable_v<Variable> &&
                std::is_nothrow_move_constructible_v<Variable>);
}

TEST_CASE("assignments: errors leave the elements as they were") {
  const Tensor t = zeros({2, 3});
  CHECK_THROWS_TEXT(t[0] = zeros({2}), "[copy_] shape (2,) does not broadcast to (3,)");
  CHECK_THROWS_TEXT(t[t == 0] = zeros({5}), "[copy_] shape (5,) does not broadcast to (6,)");
  CHECK_THROWS_TEXT(t[0] = Tensor(), "[copy_]");
  CHECK_THROWS_TEXT(t[tensor({3})] = 1, "index 3 at position (0,) is out of range for dim 0");
  CHECK_THROWS_TEXT(t[0].expand({2, 3})[Slice()] = 1, "[fill_] elements of this expanded tensor");
  CHECK_THROWS_TEXT(t[0].expand({2, 3})[t == 0] = 1, "[copy_] elements of this expanded tensor");
  CHECK_THROWS_TEXT(tensor({1, 2})[0] += 0.5, "[add_] a floating number does not fit into int64");
  CHECK(equal(t, zeros({2, 3})));
}

TEST_CASE("assignments: a saved value that is changed is found at backward") {
  const auto check = [](void (*change)(const Tensor&)) {
    const Variable x(ones({3}), true), w = ones({3});
    const Variable y = sum(x * w);
    change(w.value());
    CHECK_THROWS_TEXT(y.backward(), "(mul) kept a value of shape (3,) that was changed in place");
  };
  check([](const Tensor& t) { t[0] = 2; });
  check([](const Tensor& t) { t[Slice(1)] = zeros({2}); });
  check([](const Tensor& t) { t[t > 0] = 2; });
  check([](const Tensor& t) { t[tensor({0})] += 2; });
  check([](const Tensor& t) { t[0] *= 2; });
}
