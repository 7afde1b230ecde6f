// Batches of a dataset: which items they hold, what their Tensors are, and where a restored loader goes on.

#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "support.hpp"

using namespace xgrad;
using data::BatchSampler;
using data::Items;

namespace {

// The batches of the epoch that starts now.
std::vector<Items> epoch_of(BatchSampler& sampler) {
  std::vector<Items> batches;
  for (std::int64_t i = 0; i < sampler.size(); ++i) batches.push_back(sampler.next());
  return batches;
}

Items sorted_items(const std::vector<Items>& batches) {
  Items items;
  for (const Items& batch : batches) items.insert(items.end(), batch.begin(), batch.end());
  std::sort(items.begin(), items.end());
  return items;
}

Items up_to(std::int64_t n) { return arange(n).to_vector<std::int64_t>(); }

// Tokens with padding.
std::int64_t tokens_of(const Items& batch, const Tensor& lengths) {
  const Tensor rows = index_select(lengths, 0, tensor(batch)).value();  // (n, k)
  std::int64_t tokens = 0;
  for (std::int64_t k = 0; k < rows.size(1); ++k) tokens += max(rows.select(1, k)).item<std::int64_t>();
  return tokens * rows.size(0);
}

}  // namespace

TEST_CASE("batches without shuffling are consecutive, and the last one may be smaller or left out") {
  BatchSampler all(7, {.batch_size = 3});
  CHECK(epoch_of(all) == std::vector<Items>{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK(epoch_of(all) == std::vector<Items>{{0, 1, 2}, {3, 4, 5}, {6}});
  BatchSampler full(7, {.batch_size = 3, .drop_last = true});
  CHECK(epoch_of(full) == std::vector<Items>{{0, 1, 2}, {3, 4, 5}});
  BatchSampler one(1, {.batch_size = std::numeric_limits<std::int64_t>::max()});
  CHECK(epoch_of(one) == std::vector<Items>{{0}});
}

TEST_CASE("each epoch of shuffled batches has every item once, in an order of its own") {
  Generator generator(3);
  BatchSampler sampler(100, {.batch_size = 8, .shuffle = true}, generator);
  const std::vector<Items> first = epoch_of(sampler), second = epoch_of(sampler);
  CHECK(sampler.epoch() == 1);
  CHECK(first.size() == 13);
  CHECK(sorted_items(first) == up_to(100));
  CHECK(sorted_items(second) == up_to(100));
  CHECK(first != second);
  CHECK(first[0] != up_to(8));
  sampler.set_epoch(0);
  CHECK(epoch_of(sampler) == first);
  Generator again(3);
  BatchSampler same(100, {.batch_size = 8, .shuffle = true}, again);
  CHECK(epoch_of(same) == first);
}

TEST_CASE("buckets take as many items of similar length as fit") {
  const Tensor lengths = tensor({5, 1, 4, 1, 2, 9, 2});
  BatchSampler by_items(lengths, {.batch_size = 3, .shuffle = false});
  CHECK(epoch_of(by_items) == std::vector<Items>{{1, 3, 4}, {6, 2, 0}, {5}});
  BatchSampler by_tokens(lengths, {.max_tokens = 10, .shuffle = false});
  CHECK(epoch_of(by_tokens) == std::vector<Items>{{1, 3, 4, 6}, {2, 0}, {5}});
  BatchSampler by_both(lengths, {.batch_size = 2, .max_tokens = 10, .shuffle = false});
  CHECK(epoch_of(by_both) == std::vector<Items>{{1, 3}, {4, 6}, {2, 0}, {5}});
  BatchSampler pairs(tensor({{2, 1}, {1, 9}, {2, 0}, {1, 3}}), {.max_tokens = 12, .shuffle = false});
  CHECK(epoch_of(pairs) == std::vector<Items>{{3}, {1}, {2, 0}});
  BatchSampler empty_ones(tensor({0, 0, 0}), {.max_tokens = 1, .shuffle = false});
  CHECK(epoch_of(empty_ones) == std::vector<Items>{{0, 1, 2}});
}

TEST_CASE("shuffled buckets need no padding where lengths repeat, and every epoch mixes them anew") {
  Generator generator(5);
  const Tensor lengths = randint(1, 6, {600, 2}, int64, generator);  // 25 kinds of items
  BatchSampler sampler(lengths, {.max_tokens = 60}, generator);
  const std::vector<Items> first = epoch_of(sampler), second = epoch_of(sampler);
  CHECK(first != second);
  CHECK(sorted_items(first) == up_to(600));
  CHECK(sorted_items(second) == up_to(600));
  std::int64_t tokens = 0;
  std::set<std::int64_t> sizes;
  for (const Items& batch : first) {
    CHECK(tokens_of(batch, lengths) <= 60);
    tokens += tokens_of(batch, lengths);
    sizes.insert(
        index_select(lengths, 0, tensor(batch)).value().select(1, 0).select(0, 0).item<std::int64_t>());
  }
  // At most 24 of the batches mix two neighbouring kinds, at 60 tokens each.
  CHECK(tokens <= lengths.sum().item<std::int64_t>() + 24 * 60);
  CHECK(sizes.size() == 5);
  // The lengths of consecutive batches do not rise: their order is shuffled too.
  CHECK_FALSE(std::is_sorted(first.begin(), first.end(), [&](const Items& a, const Items& b) {
    return lengths.at({a[0], 0}) < lengths.at({b[0], 0});
  }));
}

TEST_CASE("a sampler that is restored at any batch goes on with the same batches") {
  Generator generator(1);
  const Tensor lengths = randint(1, 9, {40}, int64, generator);
  for (int steps = 0; steps < 20; ++steps) {
    CAPTURE(steps);
    BatchSampler straight(lengths, {.max_tokens = 30}, generator);
    for (int i = 0; i < steps; ++i) straight.next();
    BatchSampler restored(lengths, {.max_tokens = 30});
    restored.load_state_dict(straight.state_dict());
    CHECK(restored.epoch() == straight.epoch());
    CHECK(restored.position() == straight.position());
    for (int i = 0; i < 30; ++i) CHECK(restored.next() == straight.next());
  }
}

TEST_CASE("a state that does not fit is refused and changes nothing") {
  BatchSampler sampler(10, {.batch_size = 4, .shuffle = true});
  sampler.next();
  const NamedTensors before = sampler.state_dict();
  const auto refusal = [&](const NamedTensors& state) {
    const std::string text = thrown_text([&] { sampler.load_state_dict(state); });
    for (std::size_t i = 0; i < before.size(); ++i)
      CHECK(equal(sampler.state_dict()[i].second, before[i].second));
    return text;
  };
  const std::string begin = "[load_state_dict] the state does not fit the batches:";
  NamedTensors state = before;
  state[0].first = "epoc";
  state[1].second = tensor(1.5);
  state[2] = state[3];
  CHECK(refusal(state) ==
        begin +
            "\n  twice: num_items\n  missing: epoch, int64 of shape ()\n  wrong shape or dtype: position is "
            "float32 of shape (), not int64 of shape ()\n  missing: seed, int64 of shape ()\n  unexpected: "
            "epoc");
  CHECK(refusal(BatchSampler(10, {.batch_size = 5}).state_dict()) ==
        begin + "\n  it is of 2 batches of 10 items, these are 3 of 10");
  CHECK(refusal(BatchSampler(11, {.batch_size = 4}).state_dict()) ==
        begin + "\n  it is of 3 batches of 11 items, these are 3 of 10");
  state = before;
  state[1].second = tensor(4);
  CHECK(refusal(state) == begin + "\n  there is no batch 4 in epoch 0");
  state[1].second = tensor(1);
  state[0].second = tensor(-1);
  CHECK(refusal(state) == begin + "\n  there is no batch 1 in epoch -1");
}

TEST_CASE("a dataset gives rows of its Tensors, and a loader batches of them") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}), y = tensor({7, 8, 9});
  const data::TensorDataset dataset({x, y});
  CHECK(dataset.size() == 3);
  CHECK(equal(dataset[-1][0], tensor({5.0, 6.0})));
  CHECK(dataset[1][1].item<int>() == 8);
  CHECK_THROWS_AS(dataset[3], std::out_of_range);
  CHECK(equal(dataset.batch({2, 0, 2})[1], tensor({9, 7, 9})));
  CHECK(dataset.batch({})[0].shape() == Shape{0, 2});

  data::DataLoader loader(dataset, {.batch_size = 2});
  std::vector<Tensor> targets;
  for (const data::Batch& batch : loader) targets.push_back(batch[1]);
  REQUIRE(targets.size() == 2);
  CHECK(equal(targets[0], tensor({7, 8})));
  CHECK(equal(targets[1], tensor({9})));
  CHECK(loader.size() == 2);
}

TEST_CASE("a loop over a loader takes the rest of an epoch") {
  const auto make = [] {
    return data::DataLoader(BatchSampler(5, {}),
                            [](const Items& items) { return data::Batch{tensor(items)}; });
  };
  data::DataLoader loader = make();
  const auto loop = [&](int most) {
    std::vector<int> seen;
    for (const data::Batch& batch : loader) {
      seen.push_back(batch[0].item<int>());
      if (--most == 0) break;
    }
    return seen;
  };
  CHECK(loop(2) == std::vector{0, 1});
  const NamedTensors middle = loader.state_dict();
  CHECK(loop(3) == std::vector{2, 3, 4});  // left after the last batch
  const NamedTensors last = loader.state_dict();
  CHECK(loop(-1).empty());
  CHECK(loader.sampler().epoch() == 1);
  CHECK(loop(-1).size() == 5);
  CHECK(loader.sampler().epoch() == 2);

  loader = make();
  loader.load_state_dict(middle);
  CHECK(loop(-1) == std::vector{2, 3, 4});
  loader.load_state_dict(last);
  CHECK(loader.next()[0].item<int>() == 0);  // of the next epoch
}

TEST_CASE("sequences are padded to the longest") {
  const auto [values, lengths] = data::pad_sequence({tensor({1, 2, 3}), tensor({4}), empty(0, int64)}, -1);
  CHECK(equal(values, tensor({{1, 2, 3}, {4, -1, -1}, {-1, -1, -1}})));
  CHECK(equal(lengths, tensor({3, 1, 0})));
  const auto matrices = data::pad_sequence({ones({1, 2}), full({2, 2}, 3.0)});
  CHECK(equal(matrices.values, tensor({{{1.0, 1.0}, {0.0, 0.0}}, {{3.0, 3.0}, {3.0, 3.0}}})));
  CHECK(data::pad_sequence({empty({0, 4})}).values.shape() == Shape{1, 0, 4});
}

TEST_CASE("data that make no batches are named in the error") {
  CHECK_THROWS_TEXT(data::TensorDataset({}), "[TensorDataset] there must be at least one Tensor");
  CHECK_THROWS_TEXT(data::TensorDataset({tensor(1.0)}), "[TensorDataset] a Tensor of 0 dims has no items");
  CHECK_THROWS_TEXT(data::TensorDataset({zeros({2, 3}), zeros(3)}),
                    "[TensorDataset] the first dims differ: (2, 3) and (3,)");
  CHECK_THROWS_TEXT(BatchSampler(-1), "[BatchSampler] there cannot be -1 items");
  CHECK_THROWS_TEXT(BatchSampler(1, {.batch_size = 0}),
                    "[BatchSampler] batch_size must be at least 1, not 0");
  CHECK_THROWS_TEXT(BatchSampler(2, {.batch_size = 3, .drop_last = true}).next(),
                    "[BatchSampler] there is no");
  CHECK_THROWS_TEXT(BatchSampler(zeros(3), {.batch_size = 1}),
                    "[BatchSampler] lengths must be int64 of shape (N) or (N, k), not float32 (3,)");
  CHECK_THROWS_TEXT(BatchSampler(tensor({1, -2}), {.batch_size = 1}), "item 1 has the length -2");
  CHECK_THROWS_TEXT(BatchSampler(tensor({1}), {}), "[BatchSampler] a bucket needs a positive batch_size");
  CHECK_THROWS_TEXT(BatchSampler(tensor({{1, 1}, {5, 6}}), {.max_tokens = 10}),
                    "[BatchSampler] item 1 has 11 tokens, more than max_tokens 10");
  CHECK_THROWS_TEXT(BatchSampler(3).set_epoch(-1), "there is no epoch -1");
  CHECK_THROWS_TEXT(data::DataLoader(BatchSampler(3), nullptr), "[DataLoader] collate is empty");
  CHECK_THROWS_TEXT(data::pad_sequence({}), "[pad_sequence] there must be at least one sequence");
  CHECK_THROWS_TEXT(data::pad_sequence({tensor(1)}), "[pad_sequence] a sequence must have at least one dim");
  CHECK_THROWS_TEXT(data::pad_sequence({zeros({2, 3}), zeros({2, 4})}),
                    "differ in more than their first dim: float32 (2, 3) and float32 (2, 4)");
  CHECK_THROWS_TEXT(data::pad_sequence({zeros(2), tensor({1})}), "float32 (2,) and int64 (1,)");
}

TEST_CASE("a loader of no items has no batches") {
  data::DataLoader loader(data::TensorDataset({zeros({0, 2})}), {.batch_size = 4, .shuffle = true});
  CHECK(loader.size() == 0);
  for (const data::Batch& batch : loader) FAIL(batch.size());
  CHECK_THROWS_TEXT(loader.next(), "[BatchSampler] there is no batch");
}
