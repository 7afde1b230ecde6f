#include "judge.hpp"

#include STUDENT

// A batch of 3 texts, with up to 4 vectors of memory, and matrices.
struct Batch {
  Tensor x = randn({3, 2, 5}), memory = randn({3, 4, 6}), w_q = randn({5, 3}), w_k = randn({6, 3}),
         w_v = randn({6, 2});

  Variable operator()(const Tensor& lengths) const {
    return cross_attention(x, memory, lengths, w_q, w_k, w_v);
  }

  // What text b gives with the first `length` vectors of its memory, by the library.
  Tensor alone(std::int64_t b, std::int64_t length) const {
    const Tensor own = memory.slice(0, b, b + 1).slice(1, 0, length);
    const Variable q = matmul(x.slice(0, b, b + 1), w_q), k = matmul(own, w_k), v = matmul(own, w_v);
    return nn::scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1))
        .output.value()
        .squeeze(1);
  }

  void compare(const Variable& result, std::int64_t b, std::int64_t length) const {
    Judge::must_equal(result.slice(0, b, b + 1), alone(b, length).contiguous(), 1e-5, "text ", b,
                      " must be as it is alone");
  }
};

void checks(Judge& judge) {
  judge.values(
      "by hand",  // the query is 0, so the result is the mean of the values 1, 2 and 6
      [] {
        return cross_attention(zeros({1, 1, 1}), tensor({{{1.0}, {2.0}, {6.0}}}), tensor({3}), ones({1, 1}),
                               ones({1, 1}), ones({1, 1}));
      },
      tensor({{{3.0}}}));
  judge.that("without padding", [] {
    const Batch batch;
    const Variable result = batch(tensor({4, 4, 4}));
    for (const std::int64_t b : {0, 1, 2}) {
      batch.compare(result, b, 4);
    }
  });
  judge.that("padding does not count", [] {
    const Batch batch;
    const Variable result = batch(tensor({2, 4, 1}));
    batch.compare(result, 0, 2);
    batch.compare(result, 1, 4);
    batch.compare(result, 2, 1);
  });
  judge.values(
      "large scores",  // key 0 has the score −1e30, and is the only one that is seen
      [] {
        return cross_attention(tensor({{{1e15}}}), tensor({{{-1e15}, {3.0}}}), tensor({1}), ones({1, 1}),
                               ones({1, 1}), full({1, 1}, 1e-15));
      },
      tensor({{{-1.0}}}));
  judge.that("padding of NaN", [] {
    const Batch batch;
    const Tensor lengths = tensor({2, 3, 4}), expected = batch(lengths).value();
    batch.memory.select(0, 0).slice(0, 2).fill_(NAN);
    batch.memory.select(0, 1).slice(0, 3).fill_(INFINITY);
    Judge::must_equal(batch(lengths), expected, 1e-6, "NaN and infinity in the padding change the result");
    const Variable memory(batch.memory, true), w_v(batch.w_v, true);
    sum(cross_attention(batch.x, memory, lengths, batch.w_q, batch.w_k, w_v)).backward();
    Judge::must(!any(isnan(w_v.grad())).item<bool>(), "the gradient of w_v is NaN: it comes from padding");
    const Tensor of_padding = memory.grad().select(0, 0).slice(0, 2).contiguous();
    Judge::must_equal(of_padding, zeros({2, 6}), 0, "the gradient of the padding of text 0");
  });
  judge.that("a text of length 0", [] {
    const Batch batch;
    const Variable memory(batch.memory, true);
    const Variable result =
        cross_attention(batch.x, memory, tensor({0, 4, 2}), batch.w_q, batch.w_k, batch.w_v);
    Judge::must_equal(result.slice(0, 0, 1), zeros({1, 2, 2}), 0);
    sum(result).backward();
    const Tensor gradient = memory.grad().select(0, 0).contiguous();
    Judge::must_equal(gradient, zeros({4, 6}), 0, "the gradient of its memory");
  });
  judge.gradients("gradients",
                  [](const Variable& x, const Variable& memory, const Variable& w_q, const Variable& w_k,
                     const Variable& w_v) {
                    return cross_attention(x, memory, tensor({2, 3}), w_q, w_k, w_v);
                  },
                  {randn({2, 2, 2}), randn({2, 3, 3}), randn({2, 2}), randn({3, 2}), randn({3, 2})});
  const Tensor x = randn({4, 64, 32}), memory = randn({4, 96, 32}), w = randn({32, 32}),
               lengths = tensor({96, 50, 20, 70});
  judge.speed(
      "forward of 4 texts, 64 queries, 96 keys", [&] { cross_attention(x, memory, lengths, w, w, w); },
      [&] {
        const Variable q = matmul(x, w), k = matmul(memory, w), v = matmul(memory, w);
        nn::scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1),
                                         {.mask = nn::Mask::padding(lengths)});
      });
}
