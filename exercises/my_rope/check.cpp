#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  judge.values(
      "one pair",
      [] {
        return my_rope(tensor({{1.0, 0.0}, {1.0, 0.0}, {0.0, 1.0}}), 0, 10000);
      },
      tensor({{1.0, 0.0}, {std::cos(1.0), std::sin(1.0)}, {-std::sin(2.0), std::cos(2.0)}}));
  judge.values(
      "which numbers are a pair",  // the base is 1, so all pairs turn by the same angle
      [] {
        return my_rope(tensor({{1.0, 0.0, 0.0, 0.0}, {1.0, 0.0, 0.0, 0.0}}), 0, 1);
      },
      tensor({{1.0, 0.0, 0.0, 0.0}, {std::cos(1.0), std::sin(1.0), 0.0, 0.0}}));
  judge.values(
      "frequencies",  // d = 4 and base 100: pair 1 turns by 1/10 for each position
      [] {
        return my_rope(tensor({{1.0, 0.0, 1.0, 0.0}}), 3, 100);
      },
      tensor({{std::cos(3.0), std::sin(3.0), std::cos(0.3), std::sin(0.3)}}));
  judge.that("as the library", [] {
    const Tensor x = randn({2, 3, 5, 8});
    Judge::must_equal(my_rope(x, 7, 10000), nn::RoPE(8)(x, 7).value(), 1e-5);
  });
  judge.that("only the distance counts", [] {
    const Tensor q = randn({1, 6}, float64), k = randn({1, 6}, float64);
    const Tensor near = sum(my_rope(q, 5, 10000) * my_rope(k, 2, 10000)).value();
    const Tensor far = sum(my_rope(q, 905, 10000) * my_rope(k, 902, 10000)).value();
    const Tensor none = sum(q * k).value();
    Judge::must(!allclose(near, none), "q at 5 and k at 2 have the product of q and k without a rotation");
    Judge::must_equal(far, near, 1e-9, "q at 905 and k at 902, beside q at 5 and k at 2");
  });
  judge.values(
      "far positions",  // float32 has no such position, and no 1/10
      [] {
        return my_rope(tensor({{1.0, 0.0, 1.0, 0.0}}), 100000001, 100);
      },
      tensor({{std::cos(100000001.0), std::sin(100000001.0), std::cos(10000000.1), std::sin(10000000.1)}}));
  judge.gradients("gradients", [](const Variable& x) { return my_rope(x, 2, 10); }, {randn({2, 3, 4})});
  judge.values(
      "no rows",
      [] {
        return my_rope(zeros({2, 0, 4}), 0, 10000);
      },
      zeros({2, 0, 4}));
  judge.refuses(
      "an odd row",
      [] {
        my_rope(zeros({2, 3}), 0, 10000);
      },
      "d = 3");
  const Tensor x = randn({2, 4, 256, 32});
  const nn::RoPE rope(32);
  judge.speed(
      "2 texts, 4 heads, 256 tokens", [&] { my_rope(x, 0, 10000); }, [&] { rope(x); });
}
