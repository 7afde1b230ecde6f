#include "judge.hpp"

#include STUDENT

// Tokens `begin` to `end` − 1 of x (B, H, T, d).
Tensor tokens(const Tensor& x, std::int64_t begin, std::int64_t end) { return x.slice(2, begin, end); }

// Feeds a text of 6 tokens in pieces, and compares with one causal pass.
void in_pieces(const std::vector<std::int64_t>& pieces) {
  const Tensor q = randn({2, 2, 6, 4}), k = randn({2, 2, 6, 4}), v = randn({2, 2, 6, 3});
  const Tensor all = nn::scaled_dot_product_attention(q, k, v, {.mask = nn::Mask::causal()}).output.value();
  MyKVCache cache;
  std::int64_t begin = 0;
  for (const std::int64_t piece : pieces) {
    const std::int64_t end = begin + piece;
    cache.append(tokens(k, begin, end), tokens(v, begin, end));
    Judge::must_equal(cache.attend(tokens(q, begin, end)), tokens(all, begin, end).contiguous(), 1e-5,
                      "tokens ", begin, " to ", end - 1);
    begin = end;
  }
}

void checks(Judge& judge) {
  judge.that("length", [] {
    MyKVCache cache;
    Judge::must(cache.length() == 0, "a new cache has length ", cache.length());
    cache.append(zeros({1, 2, 3, 4}), zeros({1, 2, 3, 4}));
    cache.append(zeros({1, 2, 1, 4}), zeros({1, 2, 1, 4}));
    Judge::must(cache.length() == 4, "after 3 tokens and 1 token it is ", cache.length());
  });
  judge.that("token by token", [] { in_pieces({1, 1, 1, 1, 1, 1}); });
  judge.that("in pieces", [] { in_pieces({3, 2, 1}); });
  judge.that("large scores", [] {
    MyKVCache cache;
    cache.append(tensor({{{{-1e15}, {0.0}}}}), tensor({{{{1.0}, {3.0}}}}));
    Judge::must_equal(cache.attend(tensor({{{{1e15}, {0.0}}}})), tensor({{{{1.0}, {2.0}}}}), 1e-5,
                      "query 0 sees a score of -1e30, and a score of 0 is hidden");
  });
  judge.that("own memory", [] {
    MyKVCache cache;
    const Tensor k = zeros({1, 1, 2, 1}), v = tensor({{{{1.0}, {3.0}}}}), q = ones({1, 1, 1, 1});
    cache.append(k, v);
    v.fill_(5);
    Judge::must_equal(cache.attend(q), full({1, 1, 1, 1}, 2.0), 1e-6,
                      "the values were changed in place after append");
    k.select(2, 0).fill_(50);
    Judge::must_equal(cache.attend(q), full({1, 1, 1, 1}, 2.0), 1e-6,
                      "a key was changed in place after append");
  });
  judge.that("a copy goes on by itself", [] {
    MyKVCache first;
    first.append(zeros({1, 1, 2, 1}), ones({1, 1, 2, 1}));
    MyKVCache second = first;
    second.append(zeros({1, 1, 2, 1}), full({1, 1, 2, 1}, 3.0));
    Judge::must_equal(first.attend(zeros({1, 1, 1, 1})), ones({1, 1, 1, 1}), 1e-6, "the first cache");
    first.append(zeros({1, 1, 2, 1}), full({1, 1, 2, 1}, 9.0));
    Judge::must_equal(second.attend(zeros({1, 1, 1, 1})), full({1, 1, 1, 1}, 2.0), 1e-6, "the second cache");
  });
  judge.that("no tape", [] {
    MyKVCache cache;
    const Variable k(randn({1, 1, 2, 3}), true), v(randn({1, 1, 2, 3}), true);
    cache.append(k, v);
    Judge::must(!cache.attend(zeros({1, 1, 1, 3})).requires_grad(), "the cache keeps the tape of k or v");
  });
  judge.that("what does not fit is refused", [] {
    MyKVCache cache;
    cache.append(zeros({1, 2, 3, 4}), zeros({1, 2, 3, 4}));
    const auto append = [&](const Shape& k, const Shape& v) { cache.append(zeros(k), zeros(v)); };
    Judge::must_throw([&] { append({1, 2, 1, 4}, {1, 2, 2, 4}); }, "1 key with 2 values");
    Judge::must_throw([&] { append({1, 3, 1, 4}, {1, 3, 1, 4}); }, "a token of 3 heads after tokens of 2");
    Judge::must_throw([&] { append({2, 2, 1, 4}, {2, 2, 1, 4}); }, "a batch of 2 texts after 1 text");
    Judge::must_throw([&] { append({1, 2, 1, 1}, {1, 2, 1, 4}); }, "a key of 1 number after keys of 4");
    Judge::must_throw([&] { append({1, 2, 1, 4}, {1, 2, 1, 5}); }, "a value of 5 numbers after values of 4");
    Judge::must(cache.length() == 3, "after five refusals the cache of 3 tokens has another length");
    Judge::must_equal(cache.attend(zeros({1, 2, 1, 4})), zeros({1, 2, 1, 4}), 0);
  });
  const Tensor x = randn({1, 4, 1, 32});
  judge.speed(
      "100 tokens, 4 heads",
      [&] {
        MyKVCache cache;
        for (int i = 0; i < 100; ++i) cache.append(x, x), cache.attend(x);
      },
      [&] {
        nn::KVCache cache;
        for (int i = 0; i < 100; ++i) {
          const auto [k, v] = cache.append(x, x);
          nn::scaled_dot_product_attention(x, k, v);
        }
      });
}
