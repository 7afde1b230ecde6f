#include <xgrad/nn/kv_cache.hpp>

#include <doctest/doctest.h>
#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

TEST_CASE("a KVCache returns all keys and values in order, through every growth") {
  manual_seed(0);
  for (const std::int64_t capacity : {0, 4, 100}) {
    KVCache cache(capacity);
    CHECK(cache.length() == 0);
    Tensor k, v;
    for (const std::int64_t T : {3, 1, 1, 0, 7, 1}) {
      const Tensor new_k = randn({2, 3, T, 4}, float64), new_v = randn({2, 3, T, 5}, float64);
      k = k.defined() ? cat({k, new_k}, 2).value() : new_k;
      v = v.defined() ? cat({v, new_v}, 2).value() : new_v;
      const auto all = cache.append(new_k, new_v);
      CHECK(equal(all.k.value(), k));
      CHECK(equal(all.v.value(), v));
    }
    CHECK(cache.length() == 13);
    CHECK(equal(cache.keys_and_values().v.value(), v));
  }
}

TEST_CASE("an append within the capacity moves no key") {
  KVCache cache(8);
  const Tensor first = cache.append(ones({1, 2, 3, 4}), ones({1, 2, 3, 4})).k.value();
  const Tensor second = cache.append(zeros({1, 2, 5, 4}), zeros({1, 2, 5, 4})).k.value();
  CHECK(first.storage() == second.storage());
  CHECK(cache.append(ones({1, 2, 1, 4}), ones({1, 2, 1, 4})).k.value().storage() != first.storage());
}

TEST_CASE("a KVCache of growing length moves its keys a few times only") {
  KVCache cache;
  StoragePtr memory;
  int moves = 0;
  for (int i = 0; i < 1000; ++i) {
    const StoragePtr now = cache.append(ones({1, 1, 1, 2}), ones({1, 1, 1, 2})).k.value().storage();
    moves += now != memory;
    memory = now;
  }
  CHECK(moves <= 11);  // lengths 1, 2, 4, ..., 1024
}

TEST_CASE("reorder takes items several times, in any order, and may change the batch") {
  manual_seed(1);
  KVCache cache;
  const Tensor k = randn({3, 2, 4, 5}), v = randn({3, 2, 4, 6}), next = randn({4, 2, 1, 5});
  cache.append(k, v);
  const Tensor rows = tensor({2, 0, 0, 1});
  cache.reorder(rows);
  CHECK(equal(cache.keys_and_values().k, index_select(k, 0, rows)));
  CHECK(equal(cache.keys_and_values().v, index_select(v, 0, rows)));
  const auto all = cache.append(next, randn({4, 2, 1, 6}));
  CHECK(equal(all.k, cat({index_select(k, 0, rows), next}, 2)));
  cache.reorder(zeros({0}, int64));
  CHECK(cache.keys_and_values().k.shape() == Shape{0, 2, 5, 5});
}

TEST_CASE("a cleared cache starts anew, also with another shape") {
  KVCache cache;
  cache.append(ones({1, 2, 3, 4}), ones({1, 2, 3, 4}));
  cache.clear();
  CHECK(cache.length() == 0);
  CHECK(equal(cache.append(zeros({1, 2, 1, 4}), zeros({1, 2, 1, 4})).k.value(), zeros({1, 2, 1, 4})));
  cache.clear();
  CHECK(equal(cache.append(ones({5, 1, 2, 3}), ones({5, 1, 2, 4})).v.value(), ones({5, 1, 2, 4})));
}

TEST_CASE("a KVCache refuses keys that need a gradient or do not fit") {
  KVCache cache;
  const Tensor x = ones({1, 2, 3, 4});
  CHECK_THROWS_TEXT(KVCache(-1), "[KVCache] the capacity must not be negative, got -1");
  CHECK_THROWS_TEXT(cache.keys_and_values(), "nothing has been appended");
  CHECK_THROWS_TEXT(cache.reorder(tensor({0})), "nothing has been appended");
  CHECK_THROWS_TEXT(cache.append(x, Variable(x, true)), "require a gradient, which a cache does not keep");
  CHECK_THROWS_TEXT(cache.append(x, ones({1, 2, 4, 4})), "got k (1, 2, 3, 4), v (1, 2, 4, 4)");
  CHECK_THROWS_TEXT(cache.append(x, ones({1, 2, 3})), "got k (1, 2, 3, 4), v (1, 2, 3)");
  {
    const NoGradGuard no_grad;
    cache.append(x, Variable(x, true));
  }
  CHECK_THROWS_TEXT(cache.append(ones({2, 2, 1, 4}), ones({2, 2, 1, 4})), "do not continue");
  CHECK_THROWS_TEXT(cache.append(ones({1, 2, 1, 4}, float64), ones({1, 2, 1, 4}, float64)), "float64");
  CHECK_THROWS_TEXT(cache.reorder(tensor({1})), "index 1");
  CHECK_THROWS_TEXT(cache.reorder(tensor({{0}})), "rows must be (B')");
  CHECK(equal(cache.keys_and_values().k.value(), x));
}
