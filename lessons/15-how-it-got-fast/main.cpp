// One matrix product by four loops: how often each asks the memory. With --time: how long each takes.
#include <chrono>
#include <cstring>
#include <deque>
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using Four = float __attribute__((vector_size(16), may_alias));  // four numbers in one register
template <class T>
constexpr int width = sizeof(T) / sizeof(float);  // 1 or 4
int loads = 0, fetched = 0;                       // loads, and those of a line that is not in the cache
std::deque<std::uintptr_t> cache(16);             // the 16 lines of 64 bytes that were used last

template <class T, bool counting>  // T: float or Four
T load(const float* from) {
  if constexpr (counting) {
    const auto line = reinterpret_cast<std::uintptr_t>(from) / 64;
    if (std::erase(cache, line) == 0) ++fetched, cache.pop_back();
    cache.push_front(line), ++loads;
  }
  return *reinterpret_cast<const T*>(from);
}

template <class T, bool counting>  // C += A B, n by n each, along the rows of B and C
void by_rows(std::int64_t n, const float* a, const float* b, float* c) {
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < n; ++k) {
      const float a_ik = load<float, counting>(a + i * n + k);
      for (std::int64_t j = 0; j < n; j += width<T>) {
        const T sum = load<T, counting>(c + i * n + j) + a_ik * load<T, counting>(b + k * n + j);
        *reinterpret_cast<T*>(c + i * n + j) = sum;
      }
    }
}

template <class T, int R, int W, bool counting>  // C = A B, in tiles of R rows and W times T
void by_tiles(std::int64_t n, const float* a, const float* b, float* c) {
  for (std::int64_t i = 0; i < n; i += R)
    for (std::int64_t j = 0; j < n; j += W * width<T>) {
      T sum[R][W] = {}, b_k[W];
      for (std::int64_t k = 0; k < n; ++k) {
        for (int w = 0; w < W; ++w) b_k[w] = load<T, counting>(b + k * n + j + w * width<T>);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
          const float a_k = load<float, counting>(a + (i + r) * n + k);
          for (int w = 0; w < W; ++w) sum[r][w] += a_k * b_k[w];
        }
      }
      for (int r = 0; r < R; ++r) std::memcpy(c + (i + r) * n + j, sum[r], sizeof sum[r]);
    }
}

double milliseconds(const auto& f) {  // the best of 15 calls
  std::chrono::duration<double, std::milli> best(1e9);
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    best = std::min(best, decltype(best)(std::chrono::steady_clock::now() - start));
  }
  return best.count();
}

int main(int argc, char**) {
  const std::int64_t n = argc > 1 ? 504 : 32;
  const Tensor a = randint(-8, 9, {n, n}, float32), b = randint(-8, 9, {n, n}, float32), right = matmul(a, b);
  const auto show = [&](const char* name, auto counted, auto timed) {
    const Tensor c = zeros({n, n});
    const auto run = [&](auto f) { f(n, a.data<float>(), b.data<float>(), c.mutable_data<float>()); };
    if (argc > 1) return void(std::cout << name << ": " << milliseconds([&] { run(timed); }) << " ms\n");
    run(counted);
    std::cout << name << ": " << std::exchange(loads, 0) << " loads, " << std::exchange(fetched, 0)
              << (equal(c, right) ? " lines\n" : " lines, and a wrong product\n");
  };
  show("naive", by_tiles<float, 1, 1, true>, by_tiles<float, 1, 1, false>);
  show("by rows", by_rows<float, true>, by_rows<float, false>);
  show("four at once", by_rows<Four, true>, by_rows<Four, false>);
  show("tiles", by_tiles<Four, 4, 2, true>, by_tiles<Four, 4, 2, false>);
  if (argc > 1) std::cout << "matmul: " << milliseconds([&] { matmul(a, b); }) << " ms\n";
}
