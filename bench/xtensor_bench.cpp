// xgrad and xtensor on the same formulas, in one process and one thread, one right after the other in each
// round. Prints a table in Markdown: medians of the times, and of the ratios (above 1: xgrad is faster).
// xtensor's side is what its documentation shows: one lazy expression, assigned to a container.
//
//     xtensor_bench [rounds]

#include <cstdio>
#include <string>

#include <xgrad/core/xtensor.hpp>
#include <xgrad/xgrad.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include "in_turn.hpp"

using namespace xgrad;
using Matrix = xt::xtensor<float, 2>;

namespace {

void rows_of(std::int64_t M, std::int64_t N) {
  const std::string size = " (" + std::to_string(M) + ", " + std::to_string(N) + ")";
  const Tensor x = randn({M, N}), y = randn({M, N}), bias = randn({N});
  const Matrix a = as_xt<const float>(x), b = as_xt<const float>(y);
  const xt::xtensor<float, 1> c = as_xt<const float>(bias);

  bench::in_turn(
      "sum over the last dim" + size, [&] { return xgrad::sum(x, -1); },
      [&] { return xt::xtensor<float, 1>(xt::sum(a, {1})); });
  bench::in_turn(
      "sum over the first dim" + size, [&] { return xgrad::sum(x, 0); },
      [&] { return xt::xtensor<float, 1>(xt::sum(a, {0})); });
  bench::in_turn(
      "matrix + row" + size, [&] { return x + bias; }, [&] { return Matrix(a + c); });

  const Tensor columns = zeros({M, 2 * N}).slice(1, 0, to_end, 2);
  Matrix wide = xt::zeros<float>({M, 2 * N});
  bench::in_turn(
      "write every other column" + size, [&] { return &columns.copy_(x); },
      [&] {
        xt::noalias(xt::view(wide, xt::all(), xt::range(0, 2 * N, 2))) = a;
        return wide.data();
      });
  bench::in_turn(
      "exp" + size, [&] { return xgrad::exp(x); }, [&] { return Matrix(xt::exp(a)); });
  bench::in_turn(
      "softmax" + size, [&] { return softmax(x, -1); },
      [&] {
        const Matrix e =
            xt::exp(a - xt::view(xt::xtensor<float, 1>(xt::amax(a, {1})), xt::all(), xt::newaxis()));
        return Matrix(e / xt::view(xt::xtensor<float, 1>(xt::sum(e, {1})), xt::all(), xt::newaxis()));
      });

  // a b + a − b / (a a + 1): six operations
  const auto formula = [](const auto& p, const auto& q) { return p * q + p - q / (p * p + 1.f); };
  const auto in_xtensor = [&] { return Matrix(formula(a, b)); };
  bench::in_turn(
      "6 operations, ops" + size, [&] { return formula(Variable(x), Variable(y)); }, in_xtensor);
  const auto op = elementwise("six", formula);
  bench::in_turn(
      "6 operations, elementwise" + size, [&] { return op(x, y); }, in_xtensor);
  bench::in_turn(
      "6 operations, map_xt" + size, [&] { return map_xt(x, y, formula); }, in_xtensor);
  bench::in_turn(
      "6 operations, as_xt" + size,
      [&] { return from_xt(formula(as_xt<const float>(x), as_xt<const float>(y))); }, in_xtensor);
}

}  // namespace

int main(int argc, char** argv) {
  bench::read_rounds(argc, argv);
  set_num_threads(1);
  manual_seed(0);
  const NoGradGuard no_grad;
#ifdef XTENSOR_USE_XSIMD
  std::puts("xtensor with xsimd\n");
#endif
  std::puts("| row | xgrad µs | xtensor µs | ratio |\n|---|--:|--:|--:|");
  rows_of(64, 256);
  rows_of(1024, 1024);
}
