#pragma once

// Vectors of the compiler, for what xsimd lacks in one of its versions. For rows/*.cpp only.

namespace xgrad::kernels {
namespace {

#ifdef __GNUC__
template <class T, int n>
struct Vector {
  typedef T type __attribute__((vector_size(n * sizeof(T)), aligned(sizeof(T)), may_alias));
};
template <class T, int n>
using VectorOf = typename Vector<T, n>::type;
#endif

}  // namespace
}  // namespace xgrad::kernels
