// Copies of float32 Tensors in bfloat16: when products share one, and how long it lives.
#include "support.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include <xgrad/core/tensor/rounded.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

bool has_copy(const Tensor& x) { return bool{x.storage()->rounded_copy(x.version())}; }

}  // namespace

TEST_CASE("rounded copies: one copy is shared by all views of a whole storage until it changes") {
  const Tensor x = randn({6, 8});
  const auto is_rounded = [](const Tensor& half, const Tensor& of) {
    return half.strides() == of.strides() && equal(half, of.to(bfloat16));
  };
  const Tensor half = kernels::rounded(x), other = kernels::rounded(x.mT());
  CHECK(is_rounded(half, x));
  CHECK(is_rounded(other, x.mT()));
  CHECK(half.storage() == other.storage());
  CHECK(kernels::rounded(x.reshape({2, 24})).storage() == half.storage());
  const Tensor part = kernels::rounded(x.slice(0, 5, 6));  // another thread may be writing to the rest
  CHECK(part.storage()->bytes() == 16);
  CHECK(is_rounded(part, x.slice(0, 5, 6)));
  const Tensor before = half.to(float32);
  x.add_(1);
  CHECK(is_rounded(kernels::rounded(x), x));
  CHECK(equal(half.to(float32), before));  // whoever holds the former copy keeps it
  CHECK(kernels::rounded_once(x).storage() != kernels::rounded(x).storage());
}

TEST_CASE("rounded copies: rows rounded in place lie in the first half of their memory") {
  for (const std::int64_t rows : {0, 1, 2, 70}) {
    for (const std::int64_t columns : {1, 7, 32, 1024, 2500}) {
      CAPTURE(rows);
      CAPTURE(columns);
      const Tensor all = randn({rows + 1, columns}), x = all.slice(0, 1, rows + 1), before = x.clone();
      const Tensor half = kernels::rounded_in_place(x);
      CHECK(half.storage() == all.storage());
      CHECK(half.strides()[0] == 2 * columns);
      CHECK(equal(half, before.to(bfloat16)));
    }
  }
}

TEST_CASE("rounded copies: no copy is kept of memory that can change unseen") {
  const Tensor x = zeros({2, 3});
  std::vector<float> numbers(6);
  const std::shared_ptr<void> owner(numbers.data(), [](void*) {});
  const Tensor foreign(StoragePtr::adopt(numbers.data(), 24, owner), {2, 3}, {3, 1}, 0, float32);
  float* const pointer = x.mutable_data<float>();
  for (const float value : {1.0f, 2.0f, 3.0f}) {
    std::fill_n(pointer, 6, value);
    std::fill(numbers.begin(), numbers.end(), value);
    CHECK(equal(kernels::rounded(x).to(float32), full({2, 3}, value, float32)));
    CHECK(equal(kernels::rounded(foreign).to(float32), full({2, 3}, value, float32)));
  }
}

TEST_CASE("rounded copies: a rounded copy has the strides of any layout") {
  const Tensor x = randn({4, 5, 6});
  const Tensor layouts[] = {x,
                            x.permute({2, 0, 1}),
                            x.slice(1, 1, 4),
                            x.slice(2, 0, 6, 3),
                            x.select(2, 1),
                            x.slice(0, 1, 2).expand({3, 5, 6}),
                            x.slice(0, 0, 0),
                            x.select(0, 3).select(0, 4).select(0, 5)};
  for (const Tensor& each : layouts) {
    CAPTURE(each.shape());
    CHECK(equal(kernels::rounded_once(each), each.to(bfloat16)));
    CHECK(equal(kernels::rounded(each), each.to(bfloat16)));
  }
  // Few elements far apart do not become a copy of what lies between them.
  CHECK(kernels::rounded_once(x.select(2, 1)).storage()->bytes() == 40);
}

TEST_CASE("rounded copies: one lives as long as its readers, or as its Tensor if that keeps it") {
  const Tensor x = randn({40, 8});
  {
    const Tensor half = kernels::rounded(x), other = kernels::rounded(x);
    CHECK(has_copy(x));
    CHECK(other.storage() == half.storage());
  }
  CHECK_FALSE(has_copy(x));
  kernels::rounded(x, {.is_kept = true});
  CHECK(has_copy(x));
  const Tensor kept = kernels::rounded(x);
  x.add_(1);
  CHECK_FALSE(has_copy(x));
  CHECK(kernels::rounded(x).storage() != kept.storage());
  CHECK(max_abs_diff(kept.to(float32) + 1, x) < 0.02);  // the former copy is whole

  Tensor short_lived = randn({40, 8});
  const Tensor expected = short_lived.to(bfloat16), half = kernels::rounded(short_lived);
  short_lived = Tensor();
  CHECK(equal(half, expected));
}

TEST_CASE("rounded copies: a Tensor and its copy die in two threads") {
  for (int i = 0; i < 2000; ++i) {
    Tensor x = ones({64}), half = kernels::rounded(x);
    const Tensor also = i % 2 == 0 ? half : Tensor();
    std::thread other([&x] { x = Tensor(); });
    half = Tensor();
    other.join();
    CHECK((!also.defined() || also.to(float32).at({63}) == 1));
  }
}

TEST_CASE("rounded copies: a parameter's may take a block of its gradient's size") {
  const Tensor x = randn({40, 8});
  const Tensor half = kernels::rounded(x, {.in_gradient_block = true});
  CHECK(half.storage()->bytes() == x.storage()->bytes());
  CHECK(equal(half, x.to(bfloat16)));
  CHECK(equal(kernels::rounded(x.mT()), x.mT().to(bfloat16)));
}

TEST_CASE("rounded copies: backward frees those of a step, and evaluation keeps them") {
  const nn::Sequential model(nn::Linear(8, 16), nn::GELU(), nn::Linear(16, 4));
  const auto copies = [&] {
    int count = 0;
    for (const Variable& p : model.parameters()) count += has_copy(p.value());
    return count;
  };
  const Variable x(randn({32, 8}), true);  // or the first layer's weight would not be kept
  const MixedPrecision guard;
  Variable loss = sum(model(x));
  CHECK(copies() == 2);
  loss.backward();
  CHECK(copies() == 0);
  {
    const NoGradGuard no_grad;
    model(x);
  }
  CHECK(copies() == 2);
  const Tensor w = model.parameters()[0].value();
  CHECK(w.storage()->rounded_copy(w.version())->bytes() == w.storage()->bytes() / 2);
}

TEST_CASE("rounded copies: threads make and drop those of one Tensor") {
  const Tensor x = randn({64, 8}), expected = x.to(bfloat16);
  std::vector<std::thread> threads;
  std::vector<int> wrong(3, 0);
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 3000; ++i) {
        const Tensor half = kernels::rounded(x, {.is_kept = i % 64 == 63});
        if (i % 16 == 0) count += !equal(half, expected);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(wrong == std::vector<int>{0, 0, 0});
}
