#include <xgrad/core/kernels/indexing.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

// x's strides without a step along `dim`: there the index gives the step.
Strides without(const Tensor& x, int dim) {
  Strides strides = x.strides();
  strides[dim] = 0;
  return strides;
}

}  // namespace

Tensor gather(const Tensor& x, int dim, const Tensor& index) {
  const Tensor y = empty(index.shape(), x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = raw<T>(x);
    const auto* which = raw<std::int64_t>(index);
    T* to = raw<T>(y);
    const std::int64_t pace = x.strides()[dim];
    Walk<3>(y.shape(), {without(x, dim), index.strides(), y.strides()})
        .for_each_row([=](const auto& at, const auto& step, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i) {
            to[at[2] + i * step[2]] = from[at[0] + i * step[0] + which[at[1] + i * step[1]] * pace];
          }
        });
  });
  return y;
}

namespace {

// An element of at most this many terms is summed in T, an element that may get more in double.
constexpr std::int64_t few = 32;
constexpr std::int64_t most_totals = 32768;  // at once: they stay in the second-level cache

// Calls f(y, at, term) for each term of an element y. Its total has the offset `at` in `totals`. In one
// thread, since two terms may belong to the same element.
template <class T, class F>
void for_each_term(const Tensor& destination, int dim, const Tensor& index, const Tensor& source,
                   const Tensor& totals, const F& f) {
  constexpr std::int64_t one_thread = std::numeric_limits<std::int64_t>::max() / 2;
  const std::int64_t pace = destination.strides()[dim], total_pace = totals.strides()[dim];
  const T* from = raw<T>(source);
  const auto* which = raw<std::int64_t>(index);
  T* to = raw<T>(destination);
  Walk<4>(index.shape(), {without(destination, dim), without(totals, dim), index.strides(), source.strides()})
      .for_each_row(one_thread, [=](const auto& at, const auto& step, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
          const std::int64_t k = which[at[2] + i * step[2]];
          f(to[at[0] + i * step[0] + k * pace], at[1] + i * step[1] + k * total_pace,
            from[at[3] + i * step[3]]);
        }
      });
}

template <class T>
void add_terms(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  if (std::is_same_v<T, double> || index.size(dim) <= few) {
    for_each_term<T>(destination, dim, index, source, destination,
                     [](T& y, std::int64_t, T term) { y += term; });
    return;
  }
  const Tensor wide = empty(destination.shape(), float64);
  double* totals = raw<double>(wide);
  const auto for_each = [&](const auto& f) { for_each_term<T>(destination, dim, index, source, wide, f); };
  const auto add = [=](T&, std::int64_t at, T term) { totals[at] += static_cast<double>(term); };
  if (2 * index.numel() > destination.numel()) {
    copy(destination, wide);
    for_each(add);
    copy(wide, destination);
  } else {  // the index names few of the elements, so only these are converted
    for_each([=](T& y, std::int64_t at, T) { totals[at] = static_cast<double>(y); });
    for_each(add);
    for_each([=](T& y, std::int64_t at, T) { y = static_cast<T>(totals[at]); });
  }
}

}  // namespace

void scatter_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  if (index.numel() == 0) return;
  dispatch_floating("scatter_add", destination, [&]<class T>() {
    // The threads divide the largest dim other than `dim`, so no two threads add to the same element.
    int shared = dim == 0 && index.dim() > 1 ? 1 : 0;
    for (int i = 0; i < index.dim(); ++i) {
      if (i != dim && index.size(i) > index.size(shared)) shared = i;
    }
    if (shared == dim) return add_terms<T>(destination, dim, index, source);
    const std::int64_t slice = destination.numel() / destination.size(shared);
    const std::int64_t block = std::max<std::int64_t>(1, most_totals / slice);
    parallel_for(index.size(shared), parallel_grain / (index.numel() / index.size(shared)) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (; begin < end; begin += block) {
                     const std::int64_t last = std::min(begin + block, end);
                     add_terms<T>(destination.slice(shared, begin, last), dim,
                                  index.slice(shared, begin, last), source.slice(shared, begin, last));
                   }
                 });
  });
}

}  // namespace xgrad::kernels
