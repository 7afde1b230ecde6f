// Softmax row by row, of every length around what fits into registers: against its definition.
#include "reference/compare.hpp"
#include "reference/softmax.hpp"

#include <cmath>

#include <xgrad/core/kernels/softmax.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>

using namespace xgrad;

namespace {

enum class MaskKind { none, boolean, added };

template <class T>
void check_rows(std::int64_t n, MaskKind kind) {
  using R = Wide<T>;
  using Array = xt::xarray<R>;
  constexpr std::int64_t rows = 5;
  constexpr R scale = -0.75;
  Generator generator(static_cast<std::uint64_t>(n));
  const Tensor x = randn({rows, n}, dtype_of<T>(), generator),
               noise = randn({rows, n}, dtype_of<T>(), generator);
  Tensor given;
  Array mask = xt::zeros<R>({1, 1});
  if (kind == MaskKind::added) {
    given = noise;
    mask = array_of<R>(noise);
  } else if (kind == MaskKind::boolean) {
    given = gt(noise, -0.5);
    given.select(0, 0).fill_(false);  // nothing of the first row
    mask = reference::additive<R>(array_of<R>(given) > R(0.5));
  }
  const Tensor result = empty(x.shape(), x.dtype());
  kernels::softmax(x, 1, scale, given, true, result);
  const Array scores = scale * array_of<R>(x), y = reference::masked_softmax(scores, mask);
  // A score is rounded to its own size, when it is made and when the largest is subtracted, and eˢ is off by
  // as much as s.
  const Array rounding = xt::where(xt::isinf(mask), R(0), xt::abs(scores + mask));
  check_within<T>((12 + 4 * rounding) * y, result, y);
}

}  // namespace

TEST_CASE_TEMPLATE("softmax: rows of every length, plain and masked", T, float, double) {
  for (const MaskKind kind : {MaskKind::none, MaskKind::boolean, MaskKind::added}) {
    for (std::int64_t n = 1; n <= 70; ++n) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(n);
      check_rows<T>(n, kind);
    }
  }
}

// The softmax of the scores 0 and x: the second weight is eˣ times the first.
TEST_CASE("softmax: exponentials from 0 down to where they vanish") {
  constexpr std::int64_t count = 20000;
  std::vector<float> pairs;
  for (std::int64_t i = 0; i < count; ++i) {
    pairs.push_back(0);
    pairs.push_back(static_cast<float>(-100.0 * static_cast<double>(i) / count));
  }
  const Tensor x = tensor(pairs).reshape({count, 2});
  const Tensor result = empty(x.shape(), x.dtype());
  kernels::softmax(x, 1, 1, {}, false, result);
  const std::vector<double> y = result.to_vector<double>();
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const double exact = std::exp(static_cast<double>(pairs[i + 1]));
    CAPTURE(pairs[i + 1]);
    if (exact < 1e-38) {
      CHECK(y[i + 1] <= exact + 1.2e-38);
    } else {
      CHECK(std::abs(y[i + 1] / y[i] - exact) <= 4e-7 * exact);
    }
  }
}
