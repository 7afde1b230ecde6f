// The kernels of losses against their definitions.
#include "loss.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/arithmetic.hpp>
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

// The classes as rows of 0 and 1 behind the dims of the targets; −100 and `ignored` are none.
template <class R>
xt::xarray<R> one_hot_of(const Tensor& targets, std::int64_t count, std::int64_t ignored = -100) {
  const xt::xarray<std::int64_t> classes = array_of<std::int64_t>(targets);
  return reference::one_hot<R>(xt::where(xt::equal(classes, ignored), -100, classes), count);
}

// PyTorch's classes are the second dim, the definition's the last.
Tensor classes_last(const Tensor& x) {
  if (x.dim() == 3) return x.permute({0, 2, 1});
  return x.dim() == 4 ? x.permute({0, 2, 3, 1}) : x;
}

}  // namespace

TEST_CASE("reference: losses of classes are PyTorch's") {
  struct Case {
    std::string suffix;
    double smoothing = 0;
    bool is_weighted = false;
    std::int64_t ignored = -100;
  };
  const xt::xarray<double> weights = {0.5, 2, 0, 1, 3}, one(1.0);
  const auto check = [&](const std::string& name, const Case& c, const Reduce& reduce, bool is_mean) {
    check_golden("cross_entropy", name + c.suffix, [&](const Tensors& in) -> xt::xarray<double> {
      const Tensor logits = classes_last(in[0]);
      const bool has_classes = in[1].dtype() == int64;
      const xt::xarray<double> x = array_of<double>(logits), w = c.is_weighted ? weights : one,
                               q = has_classes ? one_hot_of<double>(in[1], logits.size(-1), c.ignored)
                                               : array_of<double>(classes_last(in[1])),
                               p = reference::smoothed(q, c.smoothing);
      const xt::xarray<double> loss = name.starts_with("nll") ? nll_loss(x, p, w) : cross_entropy(x, p, w);
      // The mean of a loss of classes counts those that are not ignored, by their weights.
      if (is_mean && has_classes) return xt::xarray<double>(reference::mean_of_counted(loss, q, w));
      return reduce(loss);
    });
  };
  for (const auto& [name, reduce] : reductions) {
    const std::string reduction = name;
    const bool is_mean = reduction == "mean";
    const Case plain{""}, smoothed{"_smoothed", 0.1}, weighted{"_weighted", 0, true},
        both{"_weighted_smoothed", 0.1, true};
    for (const Case& c : {plain, smoothed, weighted, both})
      check("cross_entropy_" + reduction, c, reduce, is_mean);
    for (const Case& c : {plain, smoothed, both})
      check("cross_entropy_probs_" + reduction, c, reduce, is_mean);
    for (const Case& c : {plain, weighted}) check("nll_loss_" + reduction, c, reduce, is_mean);
  }
  check("cross_entropy_", {"evenly", 1}, {}, true);
  check("cross_entropy_", {"ignoring_2", 0, false, 2}, {}, true);
  check("cross_entropy_", {"ignoring_2_weighted", 0.2, true, 2}, {}, true);
  check("nll_loss_", {"ignoring_2", 0, false, 2}, {}, true);
}

TEST_CASE("reference: losses of elements are PyTorch's") {
  const auto in = [](const Tensors& inputs, std::size_t i) { return array_of<double>(inputs[i]); };
  const xt::xarray<double> weight = {0.5, 2, 0}, pos_weight = {3, 0.25, 1}, one(1.0);
  for (const auto& [name, reduce] : reductions) {
    const std::string reduction = name;
    const auto check = [&, f = reduce](const std::string& op, const auto& loss) {
      check_golden("loss", op, [&](const Tensors& x) { return f(loss(in(x, 0), in(x, 1))); });
    };
    using A = const xt::xarray<double>&;
    check("mse_loss_" + reduction, [](A x, A t) { return reference::mse_loss(x, t); });
    check("l1_loss_" + reduction, [](A x, A t) { return reference::l1_loss(x, t); });
    check("huber_loss_" + reduction, [](A x, A t) { return reference::huber_loss(x, t); });
    check("huber_loss_" + reduction + "_narrow", [](A x, A t) { return reference::huber_loss(x, t, 0.5); });
    check("smooth_l1_loss_" + reduction, [](A x, A t) { return reference::smooth_l1_loss(x, t); });
    check("smooth_l1_loss_" + reduction + "_narrow",
          [](A x, A t) { return reference::smooth_l1_loss(x, t, 0.5); });
    check("kl_div_" + reduction, [](A x, A t) { return reference::kl_div(x, t); });
    check("kl_div_" + reduction + "_log", [](A x, A t) { return reference::kl_div<double>(x, xt::exp(t)); });
    check("bce_of_probs_" + reduction, [](A x, A t) { return reference::binary_cross_entropy(x, t); });
    const std::tuple<const char*, xt::xarray<double>, xt::xarray<double>> weights[] = {
        {"", one, one},
        {"_weight", weight, one},
        {"_pos_weight", one, pos_weight},
        {"_both", weight, pos_weight}};
    for (const auto& [suffix, w, p] : weights) {
      check("bce_" + reduction + suffix, [w = w, p = p](A x, A t) -> xt::xarray<double> {
        return w * reference::binary_cross_entropy_with_logits(x, t, p);
      });
    }
  }
  const auto each = [&](const auto& loss) {
    return [&](const Tensors& x) { return xt::xarray<double>(loss(in(x, 0), in(x, 1))); };
  };
  check_golden("loss", "bce_of_probs_sure", each(reference::binary_cross_entropy<double>));
}

// Bounds. log softmax is off by 2 V + 10 units, and three of its own size (see softmax.cpp). Smoothing adds V
// products. A mean of N losses has N + 1 roundings.
TEST_CASE_TEMPLATE("cross_entropy and nll_loss: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  constexpr std::int64_t N = 6;
  for (const std::int64_t V : row_sizes) {
    Generator generator(static_cast<std::uint64_t>(V));
    const Tensor targets = randint(0, V, {N}, int64, generator), weight = rand({V}, dtype_of<T>(), generator);
    targets.at({2}) = -100;
    for (const double scale : {1.0, 30.0, 1e4}) {
      for (const Tensor& x : layouts_of(randn({N, V}, dtype_of<T>(), generator).mul_(scale))) {
        CAPTURE(V);
        CAPTURE(scale);
        const A wide = array_of<R>(x), log_y = reference::log_softmax(wide), q = one_hot_of<R>(targets, V);
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
        // probabilities, with weights: V products more, and their sum
        const A w = array_of<R>(weight);
        const Tensor given_p = softmax(neg(x), -1).value();
        const A q_of_given = array_of<R>(given_p), loss_of_p = cross_entropy(wide, q_of_given, w);
        check_within<T>(static_cast<R>(3 * V + 16) * (loss_of_p + xt::sum(w * q_of_given, {-1})),
                        cross_entropy(x, given_p, {.weight = weight, .reduction = Reduction::none}).value(),
                        loss_of_p);
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

// Bounds. A difference is rounded once, its square has three roundings, and d − δ/2 ≥ d/2 two, so five in
// all.
TEST_CASE_TEMPLATE("distances and kl_div: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  Generator generator(8);
  const auto none = Reduction::none;
  for (const std::int64_t n : row_sizes) {
    const Tensor t = rand({3, n}, dtype_of<T>(), generator);
    const A target = array_of<R>(t);
    for (const double scale : {1.0, 1e4}) {
      for (const Tensor& x : layouts_of(randn({3, n}, dtype_of<T>(), generator).mul_(scale))) {
        CAPTURE(n);
        CAPTURE(scale);
        const A wide = array_of<R>(x), l1 = reference::l1_loss(wide, target),
                huber = reference::huber_loss(wide, target, R(0.75)),
                smooth = reference::smooth_l1_loss(wide, target, R(0.75)),
                kl = reference::kl_div(wide, target);
        check_within<T>(l1, l1_loss(x, t, none).value(), l1);
        check_within<T>(5 * huber, huber_loss(x, t, {.delta = 0.75, .reduction = none}).value(), huber);
        check_within<T>(5 * smooth, smooth_l1_loss(x, t, {.beta = 0.75, .reduction = none}).value(), smooth);
        // log is right to two last places, which are four units
        check_within<T>(6 * xt::abs(target * xt::log(target)) + 2 * xt::abs(target * wide) + 2 * xt::abs(kl),
                        kl_div(x, t, {.reduction = none}).value(), kl);
      }
    }
  }
}
