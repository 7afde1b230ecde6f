#include <xgrad/core/rows/elementwise.hpp>
#include <xgrad/core/rows/loops.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
void choose(const T* c, const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y,
            std::int64_t n) {
  const Batch<T> zero(T(0)), a_0(*a), b_0(*b);
  batches_from<T>(0, n, [&](auto at) {
    const Batch<T> a_i = a_step == 0 ? a_0 : at.load(a), b_i = b_step == 0 ? b_0 : at.load(b);
    at.store(y, select(at.load(c) == zero, b_i, a_i));
  });
}

template <class T>
constexpr ChooseRows<T> make_table() {
  return {choose<T>};
}

}  // namespace

XGRAD_ROWS(ChooseRows, make_table)

}  // namespace xgrad::kernels
