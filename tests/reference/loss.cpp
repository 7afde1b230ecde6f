// The kernels of losses against their definitions.
#include "loss.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/softmax.hpp>

using namespace xgrad;
using reference::cross_entropy;  // of arrays; ours take Variables
using reference::nll_loss;

namespace {

using Reduce = std::function<xt::xarray<double>(const xt::xarray<double>& loss)>;
const std::pair<const char*, Reduce> reductions[] = {
    {"none", [](const auto& loss) { return loss; }},
    {"sum", [](const auto& loss) { return xt::xarray<double>(xt::sum(loss)); }},
    {"mean", [](const auto& loss) { return xt::xarray<double>(xt::mean(loss)); }},
};

// The classes as rows of 0 and 1, as wide as the logits; −100 and `ignored` are none.
template <class R>
xt::xarray<R> one_hot_for(const Tensor& logits, const Tensor& targets, std::int64_t ignored = -100) {
  const xt::xarray<std::int64_t> classes = array_of<std::int64_t>(targets);
  return reference::one_hot<R>(xt::where(xt::equal(classes, ignored), -100, classes), logits.size(-1));
}

}  // namespace

TEST_CASE("reference: losses are PyTorch's") {
  const auto in = [](const Inputs& inputs, std::size_t i) { return array_of<double>(inputs[i]); };
  // The mean of a loss of classes counts those that are not ignored.
  const auto check_classes = [&](const std::string& op, double smoothing, std::int64_t ignored,
                                 const std::string& reduction, const Reduce& reduce, bool takes_logits) {
    check_golden("loss", op, [&](const Inputs& x) -> xt::xarray<double> {
      const xt::xarray<double> q = one_hot_for<double>(x[0], x[1], ignored),
                               p = reference::smoothed(q, smoothing);
      const xt::xarray<double> loss = takes_logits ? cross_entropy(in(x, 0), p) : nll_loss(in(x, 0), p);
      return reduction == "mean" ? xt::xarray<double>(reference::mean_of_counted(loss, q)) : reduce(loss);
    });
  };
  const xt::xarray<double> weight = {0.5, 2, 0}, pos_weight = {3, 0.25, 1}, one(1.0);
  for (const auto& [name, reduce] : reductions) {
    const std::string reduction = name;
    check_classes("cross_entropy_" + reduction, 0, -100, reduction, reduce, true);
    check_classes("cross_entropy_" + reduction + "_smoothed", 0.1, -100, reduction, reduce, true);
    check_classes("nll_loss_" + reduction, 0, -100, reduction, reduce, false);
    check_golden("loss", "mse_loss_" + reduction,
                 [&, f = reduce](const Inputs& x) { return f(reference::mse_loss(in(x, 0), in(x, 1))); });
    const std::tuple<const char*, xt::xarray<double>, xt::xarray<double>> weights[] = {
        {"", one, one},
        {"_weight", weight, one},
        {"_pos_weight", one, pos_weight},
        {"_both", weight, pos_weight}};
    for (const auto& [suffix, w, p] : weights) {
      check_golden("loss", "bce_" + reduction + suffix, [&, f = reduce, w = w, p = p](const Inputs& x) {
        return f(w * reference::binary_cross_entropy_with_logits(in(x, 0), in(x, 1), p));
      });
    }
  }
  check_classes("cross_entropy_evenly", 1, -100, "mean", {}, true);
  check_classes("cross_entropy_ignoring_2", 0, 2, "mean", {}, true);
  check_classes("nll_loss_ignoring_2", 0, 2, "mean", {}, false);
}

// Bounds. log softmax is off by 2 V + 10 units, and three of its own size (see softmax.cpp). Smoothing adds V
// products. A mean of N losses has N + 1 roundings.
TEST_CASE_TEMPLATE("cross_entropy and nll_loss: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  constexpr std::int64_t N = 6;
  for (const std::int64_t V : row_sizes) {
    Generator generator(static_cast<std::uint64_t>(V));
    const Tensor targets = randint(0, V, {N}, int64, generator);
    targets.at({2}) = -100;
    for (const double scale : {1.0, 30.0, 1e4}) {
      for (const Tensor& x : layouts_of(randn({N, V}, dtype_of<T>(), generator).mul_(scale))) {
        CAPTURE(V);
        CAPTURE(scale);
        const A wide = array_of<R>(x), log_y = reference::log_softmax(wide), q = one_hot_for<R>(x, targets);
        for (const double smoothing : {0.0, 0.1}) {
          const A p = reference::smoothed(q, R(smoothing)), loss = cross_entropy(wide, p);
          const A of_row =
              static_cast<R>(2 * V + 10) + (smoothing == 0 ? R(3) : static_cast<R>(V + 6)) * loss;
          const CrossEntropyOptions each{.label_smoothing = smoothing, .reduction = Reduction::none};
          check_within<T>(of_row, cross_entropy(x, targets, each).value(), loss);
          const R mean = reference::mean_of_counted(loss, q);
          check_within<T>(A(xt::mean(of_row)() * 2 + R(N + 1) * mean),
                          cross_entropy(x, targets, {.label_smoothing = smoothing}).value(), A(mean));
        }
        // without arithmetic but a sum and a quotient
        const Tensor given = log_softmax(x, -1).value();
        const A picked = nll_loss(array_of<R>(given), q);
        check_within<T>(A(R(0)), nll_loss(given, targets, {.reduction = Reduction::none}).value(), picked);
        check_within<T>(A(R(N + 1) * reference::mean_of_counted(picked, q)), nll_loss(given, targets).value(),
                        A(reference::mean_of_counted(picked, q)));
      }
    }
  }
}

// Bounds. log and exp are right to two last places, which are four units; t log σ(x) and (1 − t) log σ(−x)
// have one sign.
TEST_CASE_TEMPLATE("binary cross entropy and mse_loss: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  Generator generator(7);
  for (const std::int64_t n : row_sizes) {
    const Tensor t = rand({3, n}, dtype_of<T>(), generator),
                 p = rand({n}, dtype_of<T>(), generator).add_(full({}, 0.5, dtype_of<T>()));
    const A target = array_of<R>(t);
    for (const double scale : {1.0, 30.0, 1e4}) {
      for (const Tensor& x : layouts_of(randn({3, n}, dtype_of<T>(), generator).mul_(scale))) {
        CAPTURE(n);
        CAPTURE(scale);
        const A wide = array_of<R>(x), count(static_cast<R>(3 * n + 1));
        const A entropy = reference::binary_cross_entropy_with_logits(wide, target, array_of<R>(p));
        check_within<T>(
            14 * entropy,
            binary_cross_entropy_with_logits(x, t, {.pos_weight = p, .reduction = Reduction::none}).value(),
            entropy);
        check_within<T>((count + 14) * xt::mean(entropy)(),
                        binary_cross_entropy_with_logits(x, t, {.pos_weight = p}).value(),
                        A(xt::mean(entropy)()));
        const A square = reference::mse_loss(wide, target);
        check_within<T>(3 * square, mse_loss(x, t, Reduction::none).value(), square);
        check_within<T>((count + 3) * xt::mean(square)(), mse_loss(x, t).value(), A(xt::mean(square)()));
        check_within<T>((count + 3) * xt::sum(square)(), mse_loss(x, t, Reduction::sum).value(),
                        A(xt::sum(square)()));
      }
    }
  }
}
