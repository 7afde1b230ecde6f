#include <xgrad/core/kernels/indexing.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <type_traits>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

// An element of at most this many terms is summed in T, an element that may get more in double.
constexpr std::int64_t few = 32;
constexpr std::int64_t most_totals = 32768;  // at once: they stay in the second-level cache

// The strides without a step along `dim`: there the index gives the step.
Strides without(const Tensor& x, int dim) {
  Strides strides = x.strides();
  strides[dim] = 0;
  return strides;
}

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

// Calls f(destination, index, source) with parts of them. The threads divide the largest dim other than
// `dim`, so no two threads write to the same element.
void for_each_part(const Tensor& destination, int dim, const Tensor& index, const Tensor& source,
                   const std::function<void(const Tensor&, const Tensor&, const Tensor&)>& f) {
  if (index.numel() == 0) return;
  int shared = dim == 0 && index.dim() > 1 ? 1 : 0;
  for (int i = 0; i < index.dim(); ++i) {
    if (i != dim && index.size(i) > index.size(shared)) shared = i;
  }
  if (shared == dim) return f(destination, index, source);
  const std::int64_t slice = destination.numel() / destination.size(shared);
  const std::int64_t block = std::max<std::int64_t>(1, most_totals / slice);
  parallel_for(index.size(shared), parallel_grain / (index.numel() / index.size(shared)) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (; begin < end; begin += block) {
                   const std::int64_t last = std::min(begin + block, end);
                   f(destination.slice(shared, begin, last), index.slice(shared, begin, last),
                     source.slice(shared, begin, last));
                 }
               });
}

// Calls f(y, term) for each term of an element y, in the order of the index.
template <class T, class F>
void update_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source, const F& f) {
  for_each_part(destination, dim, index, source, [&](const Tensor& to, const Tensor& at, const Tensor& from) {
    for_each_term<T>(to, dim, at, from, to, [=](T& y, std::int64_t, T term) { f(y, term); });
  });
}

}  // namespace

void scatter_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  dispatch(destination.dtype(), [&]<class T>() {
    update_into<T>(destination, dim, index, source, [](T& y, T term) { y = term; });
  });
}

void scatter_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  dispatch_floating("scatter_add", destination, [&]<class T>() {
    for_each_part(
        destination, dim, index, source,
        [&](const Tensor& to, const Tensor& at, const Tensor& from) { add_terms<T>(to, dim, at, from); });
  });
}

void scatter_extreme_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source,
                          bool largest) {
  dispatch(destination.dtype(), [&]<class T>() {
    update_into<T>(destination, dim, index, source, [largest](T& y, T term) {
      const bool is_nan = term != term;
      if (is_nan || (largest ? term > y : term < y)) y = term;
    });
  });
}

}  // namespace xgrad::kernels
