#include "judge.hpp"

#include STUDENT

// Tokens `begin` to `end` − 1 of x (B, H, T, d).
Tensor tokens(const Tensor& x, std::int64_t begin, std::int64_t end) { return x.slice(2, begin, end); }

// Feeds a text of 6 tokens in pieces, and compares with one causal pass.
std::string in_pieces(const std::vector<std::int64_t>& pieces) {
  const Tensor q = randn({2, 2, 6, 4}), k = randn({2, 2, 6, 4}), v = randn({2, 2, 6, 3});
  const Tensor all = nn::scaled_dot_product_attention(q, k, v, {.mask = nn::Mask::causal()}).output.value();
  MyKVCache cache;
  std::int64_t begin = 0;
  for (const std::int64_t piece : pieces) {
    const std::int64_t end = begin + piece;
    cache.append(tokens(k, begin, end), tokens(v, begin, end));
    const std::string problem =
        Judge::difference(cache.attend(tokens(q, begin, end)), tokens(all, begin, end).contiguous(), 1e-5);
    if (!problem.empty()) {
      return "tokens " + std::to_string(begin) + " to " + std::to_string(end - 1) + ": " + problem;
    }
    begin = end;
  }
  return {};
}

void checks(Judge& judge) {
  judge.that("length", []() -> std::string {
    MyKVCache cache;
    if (cache.length() != 0) return "a new cache has length " + std::to_string(cache.length());
    cache.append(zeros({1, 2, 3, 4}), zeros({1, 2, 3, 4}));
    cache.append(zeros({1, 2, 1, 4}), zeros({1, 2, 1, 4}));
    return cache.length() == 4 ? "" : "after 3 tokens and 1 token it is " + std::to_string(cache.length());
  });
  judge.that("token by token", [] { return in_pieces({1, 1, 1, 1, 1, 1}); });
  judge.that("in pieces", [] { return in_pieces({3, 2, 1}); });
  judge.that("large scores", []() -> std::string {
    MyKVCache cache;
    cache.append(tensor({{{{-1e15}, {0.0}}}}), tensor({{{{1.0}, {3.0}}}}));
    const std::string problem =
        Judge::difference(cache.attend(tensor({{{{1e15}, {0.0}}}})), tensor({{{{1.0}, {2.0}}}}), 1e-5);
    return problem.empty() ? "" : "query 0 sees a score of -1e30, and a score of 0 is hidden: " + problem;
  });
  judge.that("own memory", []() -> std::string {
    MyKVCache cache;
    const Tensor k = zeros({1, 1, 2, 1}), v = tensor({{{{1.0}, {3.0}}}}), q = ones({1, 1, 1, 1});
    cache.append(k, v);
    v.fill_(5);
    std::string problem = Judge::difference(cache.attend(q), full({1, 1, 1, 1}, 2.0), 1e-6);
    if (!problem.empty()) return "the values were changed in place after append: " + problem;
    k.select(2, 0).fill_(50);
    problem = Judge::difference(cache.attend(q), full({1, 1, 1, 1}, 2.0), 1e-6);
    return problem.empty() ? "" : "a key was changed in place after append: " + problem;
  });
  judge.that("a copy goes on by itself", []() -> std::string {
    MyKVCache first;
    first.append(zeros({1, 1, 2, 1}), ones({1, 1, 2, 1}));
    MyKVCache second = first;
    second.append(zeros({1, 1, 2, 1}), full({1, 1, 2, 1}, 3.0));
    const std::string problem =
        Judge::difference(first.attend(zeros({1, 1, 1, 1})), ones({1, 1, 1, 1}), 1e-6);
    if (!problem.empty()) return "the first cache: " + problem;
    first.append(zeros({1, 1, 2, 1}), full({1, 1, 2, 1}, 9.0));
    const std::string later =
        Judge::difference(second.attend(zeros({1, 1, 1, 1})), full({1, 1, 1, 1}, 2.0), 1e-6);
    return later.empty() ? "" : "the second cache: " + later;
  });
  judge.that("no tape", []() -> std::string {
    MyKVCache cache;
    const Variable k(randn({1, 1, 2, 3}), true), v(randn({1, 1, 2, 3}), true);
    cache.append(k, v);
    return cache.attend(zeros({1, 1, 1, 3})).requires_grad() ? "the cache keeps the tape of k or v" : "";
  });
  judge.that("what does not fit is refused", []() -> std::string {
    MyKVCache cache;
    cache.append(zeros({1, 2, 3, 4}), zeros({1, 2, 3, 4}));
    const auto refuses = [&](const Tensor& k, const Tensor& v) {
      try {
        cache.append(k, v);
      } catch (const std::exception&) {
        return true;
      }
      return false;
    };
    if (!refuses(zeros({1, 2, 1, 4}), zeros({1, 2, 2, 4}))) return "1 key with 2 values is accepted";
    if (!refuses(zeros({1, 3, 1, 4}), zeros({1, 3, 1, 4}))) return "3 heads after 2 heads are accepted";
    if (!refuses(zeros({2, 2, 1, 4}), zeros({2, 2, 1, 4}))) return "2 texts after 1 text are accepted";
    if (!refuses(zeros({1, 2, 1, 1}), zeros({1, 2, 1, 4}))) return "keys of 1 after those of 4 are accepted";
    if (!refuses(zeros({1, 2, 1, 4}), zeros({1, 2, 1, 5})))
      return "values of 5 after those of 4 are accepted";
    if (cache.length() != 3) return "after five refusals the cache of 3 tokens has another length";
    return Judge::difference(cache.attend(zeros({1, 2, 1, 4})), zeros({1, 2, 1, 4}), 0);
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
