#include <xgrad/core/rows/gemm.hpp>

#include <xgrad/core/rows/block.hpp>

namespace xgrad::kernels {
namespace {

// Each step along k is one multiplication and addition.
struct MultiplyAdd {
  static constexpr std::int64_t elements = 1;
  static std::int64_t count(std::int64_t depth) { return depth; }
  template <class B>
  static B step(const B& x, const B& y, const B& sum) {
    return fma(x, y, sum);
  }
  template <class T, class Of>
  static void pack(const Of* from, std::int64_t depth_step, std::int64_t step, std::int64_t depth,
                   const Parts& panels, T* to) {
    for_each_part(panels, [&](std::int64_t at, std::int64_t size) {
      pack_panel(from + at * step, depth_step, step, depth, size, panels.length - at, to + at * depth);
    });
  }
};

// So many rows by four columns of sums fit the registers, with a factor for each row.
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
constexpr int dot_rows = 4;
#else
constexpr int dot_rows = 2;
#endif
// Whether dot products of rows of A and columns of B cost less than packing B: with few rows of C, which must
// be long enough if they are more than three. Sums are then in another order, so a thread's share does not
// decide.
template <class T, class Of>
bool dots_are_faster(const Product<T, Of>& x) {
  const std::int64_t m = x.all_rows > 0 ? x.all_rows : x.m;
  return m <= 3 || (m <= 2 * dot_rows && x.k >= 16 * m);
}

constexpr std::int64_t dot_columns = 64;  // whose sums are finished together

// Dot products of R contiguous rows of A and up to dot_columns contiguous columns of B, four at a time.
template <int R, class T, class Of>
void multiply_dots(const Product<T, Of>& x, const Of* a, const Of* b, std::int64_t columns, T* c,
                   const T* bias) {
  using B = Batch<T>;
  T sums[R][dot_columns];
  for (std::int64_t j = 0; j < columns; j += 4) {
    const Of* column[4];  // those beyond the last one repeat it
    repeat<4>([&](auto q) { column[q] = b + smaller(j + q, columns - 1) * x.b.column_stride; });
    B sum[R][4];
    repeat<R>([&](auto r) { repeat<4>([&](auto q) { sum[r][q] = B(T(0)); }); });
    batches_from<T>(0, x.k, [&](auto at) {
      B factor[R];
      repeat<R>([&](auto r) { factor[r] = at.load(a + r * x.a.row_stride); });
      repeat<4>([&](auto q) {
        // Half as many bytes in a step need less time than they take to come from memory.
        if constexpr (!std::is_same_v<T, Of>) __builtin_prefetch(column[q] + 4 * x.b.column_stride + at.i);
        const B shared = at.load(column[q]);
        repeat<R>([&](auto r) { sum[r][q] = fma(factor[r], shared, sum[r][q]); });
      });
    });
    repeat<R>([&](auto r) { sums_of_four<T>(sum[r], sums[r] + j); });
  }
  const B alpha(x.alpha), beta(x.beta);
  for (int r = 0; r < R; ++r, c += x.c_row_stride) {
    batches_from<T>(0, columns, [&](auto at) {
      B value = fma(alpha, at.load(sums[r]), bias ? at.load(bias) : B(T(0)));
      if (x.beta != T(0)) value = fma(beta, at.load(c), value);
      at.store(c, value);
    });
  }
}

// Each column of B comes from memory once, for all rows of A.
template <class T, class Of>
void multiply_by_dots(const Product<T, Of>& x, const Of* a, const Of* b, T* c) {
  for (std::int64_t j = 0; j < x.n; j += dot_columns) {
    for (std::int64_t i = 0; i < x.m; i += dot_rows) {
      repeat<dot_rows>([&](auto r) {
        if (smaller(dot_rows, x.m - i) != r + 1) return;
        multiply_dots<r + 1>(x, a + i * x.a.row_stride, b + j * x.b.column_stride,
                             smaller(dot_columns, x.n - j), c + i * x.c_row_stride + j,
                             x.bias ? x.bias + j : nullptr);
      });
    }
  }
}

template <class T, class Of = T>
std::int64_t multiply_all(const Product<T, Of>& x, const ProductBatch& batch, T* memory, std::int64_t size) {
  const bool by_dots = x.a.column_stride == 1 && x.b.row_stride == 1 && dots_are_faster(x);
  const Plan<MultiplyAdd> plan(x);
  if (!by_dots && plan.scratch > size) return plan.scratch;
  for (std::int64_t i = 0; i < batch.count; ++i) {
    const Of* a = x.a.first + i * batch.a_step;
    const Of* b = x.b.first + i * batch.b_step;
    T* c = x.c + i * batch.c_step;
    by_dots ? multiply_by_dots(x, a, b, c) : multiply(x, a, b, c, plan, memory);
  }
  return 0;
}

template <class T>
constexpr GemmRows<T> make_table() {
  return {.multiply = multiply_all<T>};
}
constexpr MixedGemmRows make_mixed_table() { return {.multiply = multiply_all<float, BFloat16>}; }

}  // namespace

XGRAD_ROWS(GemmRows, make_table)
XGRAD_ROWS_OF(MixedGemmRows, make_mixed_table())

}  // namespace xgrad::kernels
