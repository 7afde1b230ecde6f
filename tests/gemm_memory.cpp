// What gemm reads: operands that end where the memory ends.
#if defined(__linux__) && !defined(__EMSCRIPTEN__)

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "gemm_operands.hpp"
#include "support.hpp"

using namespace xgrad;

namespace {

// Elements whose last one ends a page that no page follows.
template <class Of>
class AtEndOfMemory {
 public:
  explicit AtEndOfMemory(const std::vector<Of>& values) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), bytes = values.size() * sizeof(Of);
    const std::size_t readable = (bytes + page - 1) / page * page;
    size_ = readable + page;
    memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory_ != MAP_FAILED);
    auto* const end = static_cast<std::byte*>(memory_) + readable;
    REQUIRE(mprotect(end, page, PROT_NONE) == 0);
    first_ = reinterpret_cast<Of*>(end - bytes);
    std::copy(values.begin(), values.end(), first_);
  }
  ~AtEndOfMemory() { munmap(memory_, size_); }
  AtEndOfMemory(const AtEndOfMemory&) = delete;
  AtEndOfMemory& operator=(const AtEndOfMemory&) = delete;
  const Of* data() const { return first_; }

 private:
  void* memory_;
  std::size_t size_;
  Of* first_;
};

}  // namespace

TEST_CASE_TEMPLATE("gemm reads nothing behind its operands", Of, float, double, BFloat16) {
  using T = std::conditional_t<std::is_same_v<Of, BFloat16>, float, Of>;
  for (const auto& [m, n, k] :
       {std::array<std::int64_t, 3>{33, 40, 64}, {32, 40, 65}, {40, 33, 96}, {3, 70, 50}}) {
    for (const bool trans_a : {false, true}) {
      for (const bool trans_b : {false, true}) {
        CAPTURE(m);
        CAPTURE(trans_a);
        CAPTURE(trans_b);
        const AtEndOfMemory<Of> a(factors<Of>(m * k, 3)), b(factors<Of>(k * n, 5));
        std::vector<T> c(static_cast<std::size_t>(m * n));
        kernels::gemm<T, Of>({m, n, k, 1, operand(trans_a, a.data(), trans_a ? m : k),
                              operand(trans_b, b.data(), trans_b ? k : n), 0, c.data(), n});
        T sum = 0;
        for (std::int64_t p = 0; p < k; ++p) {
          sum += convert<T>(a.data()[trans_a ? (p + 1) * m - 1 : (m - 1) * k + p]) *
                 convert<T>(b.data()[trans_b ? (n - 1) * k + p : (p + 1) * n - 1]);
        }
        CHECK(c.back() == sum);
      }
    }
  }
}

#endif
