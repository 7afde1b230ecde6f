// N ranks train as one process does on the joint batch.
#include "ranks.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

using namespace xgrad;

namespace {

// The rows [begin, end) of the joint batch that a rank has.
struct Part {
  std::int64_t begin, end;
};

// Rank 0 has what the others leave; `last_has_none` leaves the last rank without a row.
Part part_of(std::int64_t rows, bool last_has_none) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(ranks().size()));
  std::int64_t left = rows;
  for (std::size_t r = 1; r < sizes.size(); ++r) {
    sizes[r] = last_has_none && r + 1 == sizes.size() ? 0 : static_cast<std::int64_t>(r) + 1;
    left -= sizes[r];
  }
  sizes[0] = left;
  std::int64_t begin = 0;
  for (int r = 0; r < ranks().rank(); ++r) begin += sizes[static_cast<std::size_t>(r)];
  return {begin, begin + sizes[static_cast<std::size_t>(ranks().rank())]};
}

class Net : public nn::Callable<Net> {
 public:
  explicit Net(Generator& generator)
      : first(5, 7, {.dtype = float64}, generator),
        frozen(7, 6, {.dtype = float64}, generator),
        last(6, 3, {.dtype = float64}, generator),
        unused(4, 4, {.dtype = float64}, generator) {
    for (const Variable& p : frozen.parameters()) p.requires_grad_(false);
  }
  Variable forward(const Variable& x) const { return last(gelu(frozen(tanh(first(x))))); }
  void visit(nn::Visitor& visitor) const override {
    visitor("first", first)("frozen", frozen)("last", last)("unused", unused);
  }

  nn::Linear first, frozen, last, unused;
};

// The losses of 20 steps on 13 rows: of all ranks together, or of this process alone.
std::vector<double> losses(bool all_ranks, bool last_has_none, std::size_t bucket_bytes = 100) {
  constexpr std::int64_t rows = 13;
  Generator generator(3);
  const Net net(generator);
  optim::AdamW optimizer(net.parameters(), {.lr = 0.03});
  std::optional<mpi::DataParallel> parallel;
  if (all_ranks) {
    if (ranks().rank() > 0) net.first.weight.value().add_(100);  // rank 0's values count
    parallel.emplace(ranks(), net.named_parameters(), mpi::DataParallelOptions{.bucket_bytes = bucket_bytes});
  }
  std::vector<double> all;
  for (int step = 0; step < 20; ++step) {
    const Tensor x = randn({rows, 5}, float64, generator), t = argmax(x.slice(1, 0, 3), 1);
    optimizer.zero_grad();
    if (!all_ranks) {
      const Variable loss = cross_entropy(net(x), t);
      loss.backward();
      all.push_back(loss.item<double>());
    } else {
      const Part part = part_of(rows, last_has_none);
      parallel->begin(static_cast<double>(part.end - part.begin));
      double value = 0;
      if (part.begin < part.end) {
        const Variable loss =
            cross_entropy(net(x.slice(0, part.begin, part.end)), t.slice(0, part.begin, part.end));
        loss.backward();
        value = loss.item<double>();
      }
      parallel->finish();
      parallel->check_equal();
      all.push_back(parallel->mean(value));
      CHECK_FALSE(net.unused.weight.has_grad());
      CHECK_FALSE(net.frozen.weight.has_grad());
    }
    optimizer.step();
  }
  return all;
}

}  // namespace

TEST_CASE("data parallel: the losses are those of one process on the joint batch") {
  const std::vector<double> expected = losses(false, false);
  CHECK(expected.back() < 0.9 * expected.front());
  for (const bool last_has_none : {false, true}) {
    if (last_has_none && ranks().size() == 1) continue;
    for (const std::size_t bucket_bytes : {std::size_t{1}, std::size_t{100}, std::size_t{1} << 20}) {
      CAPTURE(last_has_none);
      CAPTURE(bucket_bytes);
      const std::vector<double> found = losses(true, last_has_none, bucket_bytes);
      for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(found[i] - expected[i]) <= 1e-12);
      CHECK(losses(true, last_has_none, bucket_bytes) == found);  // bit for bit
    }
  }
}

TEST_CASE("data parallel: a GPT's buckets start during backward(), and its tied weight is summed once") {
  manual_seed(0);
  const nn::GPTOptions options{
      .vocab_size = 11, .context = 8, .d_model = 16, .num_layers = 2, .num_heads = 2, .dtype = float64};
  const std::int64_t rows = 12;
  const Tensor tokens = randint(0, 11, {rows, 8}), targets = randint(0, 11, {rows, 8});
  targets.slice(0, 0, 1).fill_(-100);  // rank 0 has fewer targets
  const nn::GPT one(options), other(options);
  other.load_state_dict(one.state_dict());
  const auto loss_of = [](const nn::GPT& gpt, const Tensor& x, const Tensor& t) {
    return linear_cross_entropy(gpt.hidden(x), gpt.head.weight, t);
  };
  loss_of(one, tokens, targets).backward();
  mpi::DataParallel parallel(ranks(), other.named_parameters(), {.bucket_bytes = 2048});
  const Part part = part_of(rows, false);
  const Tensor t = targets.slice(0, part.begin, part.end);
  parallel.begin(sum((t != -100).to(float64)).item<double>());
  loss_of(other, tokens.slice(0, part.begin, part.end), t).backward();
  parallel.finish();
  CHECK(parallel.num_buckets() > 5);
  CHECK(parallel.started_early() + 1 >= parallel.num_buckets());
  const auto expected = one.named_parameters(), found = other.named_parameters();
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].first);
    CHECK(allclose(found[i].second.grad(), expected[i].second.grad(), 1e-10, 1e-13));
  }
}

TEST_CASE("data parallel: gradients of earlier backward() calls are part of the sum") {
  const Variable w(tensor({1.0, 2.0}), true);
  mpi::DataParallel parallel(ranks(), {{"w", w}});
  const double rank = ranks().rank(), count = ranks().size();
  sum(w * rank).backward();
  sum(w * 10).backward();
  parallel.begin(1);
  sum(w * 100).backward();
  parallel.finish();
  const double expected = (count - 1) / 2 + 110;
  CHECK(w.grad().at({0}) == doctest::Approx(expected));
  parallel.begin(1);  // without a backward(): the mean of what is there
  parallel.finish();
  CHECK(w.grad().at({1}) == doctest::Approx(expected));
}

TEST_CASE("data parallel: values that differ between the ranks are found") {
  const Variable a(ones({3}), true), b(zeros({2, 2}), false);
  mpi::DataParallel parallel(ranks(), {{"a", a}, {"b", b}});
  CHECK_NOTHROW(parallel.check_equal());
  if (ranks().size() == 1) return;
  if (ranks().rank() == ranks().size() - 1) b.value().at({1, 0}) = 1e-30;
  CHECK_THROWS_WITH(parallel.check_equal(), "[DataParallel] the parameter b is not the same on all ranks");
}

TEST_CASE("data parallel: NaN on a rank without targets counts as 0") {
  const Variable w(ones({2}), true);
  mpi::DataParallel parallel(ranks(), {{"w", w}});
  const bool is_last = ranks().rank() == ranks().size() - 1;
  parallel.begin(is_last ? 1 : 0);
  sum(w * (is_last ? 3.0 : std::nan(""))).backward();
  parallel.finish();
  CHECK(w.grad().at({1}) == 3);
  w.set_value(ones({4}));
  CHECK_THROWS_WITH(
      parallel.begin(1),
      "[DataParallel] a parameter of shape (2,) has become one of (4,); make a new DataParallel");
}

TEST_CASE("data parallel: a changed sign is found, and a second one does not hide it") {
  for (const DType dtype : {float32, float64}) {
    const Variable a(tensor({1.0, 2.0, 3.0, 4.0}).to(dtype), true);
    mpi::DataParallel parallel(ranks(), {{"a", a}});
    if (ranks().rank() == 1) {
      for (const std::int64_t i : {0, 1, 2, 3}) {
        if (dtype == float64 ? i % 2 == 1 : i > 1) a.value().slice(0, i, i + 1).mul_(-1);
      }
    }
    if (ranks().size() > 1) CHECK_THROWS_AS(parallel.check_equal(), std::runtime_error);
  }
}

TEST_CASE("data parallel: parameters of two dtypes, of any layout and of no element") {
  const double rank = ranks().rank();
  const Variable a(full({2, 3}, rank, float32).mT(), true), b(full({2}, rank, float64), true),
      c(zeros({0, 4}, float32), true), d(full({}, rank, float32), true);
  mpi::DataParallel parallel(ranks(), {{"a", a}, {"b", b}, {"c", c}, {"d", d}});
  CHECK(equal(a.value(), zeros({3, 2}, float32)));
  CHECK(equal(b.value(), zeros({2}, float64)));
  (sum(a) * rank).backward();  // outside of begin() and finish(), so it stays on this rank
  CHECK(a.grad().at({0, 0}) == rank);
  a.zero_grad();
  parallel.begin(1);
  sum(a * rank).backward();
  CHECK_NOTHROW(parallel.finish());
  const double mean = (ranks().size() - 1) / 2.0;
  CHECK(a.grad().at({2, 1}) == doctest::Approx(mean));
  CHECK_FALSE(b.has_grad());
  parallel.check_equal();
  CHECK_NOTHROW(mpi::DataParallel(ranks(), {}));
}

TEST_CASE("data parallel: wrong calls throw and name the rule") {
  const Variable w(ones({3}), true);
  mpi::DataParallel parallel(ranks(), {{"w", w}});
  CHECK_THROWS_WITH(parallel.finish(), "[DataParallel] finish() needs a begin()");
  CHECK_THROWS_WITH(parallel.mean(1), "[DataParallel] mean() needs a begin()");
  CHECK_THROWS_WITH(parallel.begin(0), "[DataParallel] the weights of all ranks are 0");
  CHECK_THROWS_AS(parallel.begin(-1), std::invalid_argument);
  CHECK_THROWS_AS(parallel.begin(std::nan("")), std::invalid_argument);
  if (ranks().size() > 1) CHECK_THROWS_AS(parallel.begin(1.7e308), std::invalid_argument);
  parallel.begin(1);
  CHECK_THROWS_WITH(parallel.begin(1), "[DataParallel] begin() was called twice without finish()");
  sum(w).backward();
  CHECK_THROWS_WITH_AS(
      sum(w).backward(),
      doctest::Contains(
          "a second time between begin() and finish(); call begin() before the last backward()"),
      std::runtime_error);
  parallel.finish();
  if (ranks().size() == 1) return;
  const Variable other(ones({ranks().rank() == 0 ? 2 : 3}), true);
  CHECK_THROWS_AS(mpi::DataParallel(ranks(), {{"w", w}, {"other", other}}), std::invalid_argument);
  const std::size_t bytes = 100 + static_cast<std::size_t>(ranks().rank());
  CHECK_THROWS_AS(mpi::DataParallel(ranks(), {{"w", w}}, {.bucket_bytes = bytes}), std::invalid_argument);
  mpi::DataParallel::NamedParameters more{{"w", w}};
  if (ranks().rank() == 0) more.emplace_back("one more", w);
  CHECK_THROWS_AS(mpi::DataParallel(ranks(), more), std::invalid_argument);
}
