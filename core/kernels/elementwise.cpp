#include <xgrad/core/kernels/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t block = 256;  // elements gathered at a time

// A Tensor's elements, whatever they are.
struct Elements {
  explicit Elements(const Tensor& tensor)
      : size(static_cast<std::int64_t>(item_size(tensor.dtype()))),
        first(tensor.storage()->data() + tensor.offset() * size) {}
  std::byte* at(std::int64_t i) const { return first + i * size; }
  std::int64_t size;
  std::byte* first;
};

// A row operand as contiguous blocks: itself where its step is 1, else gathered. A broadcast one is spread
// once.
template <class T>
class RowReader {
 public:
  RowReader(const T* row, std::int64_t step, std::int64_t n) : row_(row), step_(step) {
    if (step_ == 0) std::fill_n(buffer_.begin(), std::min(n, block), *row_);
  }
  const T* operator()(std::int64_t begin, std::int64_t count) {
    if (step_ == 1) return row_ + begin;
    if (step_ != 0) {
      for (std::int64_t i = 0; i < count; ++i)
        buffer_[static_cast<std::size_t>(i)] = row_[(begin + i) * step_];
    }
    return buffer_.data();
  }

 private:
  const T* row_;
  std::int64_t step_;
  alignas(64) std::array<T, block> buffer_;
};

// How a row function is called for a part of a row.
template <class Row>
struct Call {
  Row row;
  const void* f;
  std::int64_t y_size;  // bytes of an element of y
};

// Rows that are not contiguous, block by block: apart from the others, which need no buffers.
template <class T>
void map_in_blocks(const Call<MapRow>& map, const std::byte* x, std::int64_t x_step, std::byte* y,
                   std::int64_t n) {
  RowReader<T> read(reinterpret_cast<const T*>(x), x_step, n);
  for (std::int64_t i = 0; i < n; i += block) {
    const std::int64_t count = std::min(block, n - i);
    map.row(read(i, count), y + i * map.y_size, count, map.f);
  }
}

template <class T>
void zip_in_blocks(const Call<ZipRow>& zip, const std::byte* a, std::int64_t a_step, const std::byte* b,
                   std::int64_t b_step, std::byte* y, std::int64_t n) {
  RowReader<T> read_a(reinterpret_cast<const T*>(a), a_step, n);
  RowReader<T> read_b(reinterpret_cast<const T*>(b), b_step, n);
  for (std::int64_t i = 0; i < n; i += block) {
    const std::int64_t count = std::min(block, n - i);
    zip.row(read_a(i, count), 1, read_b(i, count), 1, y + i * zip.y_size, count, zip.f);
  }
}

}  // namespace

void map_rows(const Tensor& x, const Tensor& y, std::int64_t grain, MapRow row, const void* f) {
  const Elements from(x), to(y);
  const Call<MapRow> map{row, f, to.size};
  const auto in_blocks = dispatch(x.dtype(), []<class T>() { return &map_in_blocks<T>; });
  Walk<2>(x.shape(), {x.strides(), y.strides()})
      .for_each_row(grain, [&](const auto& at, const auto& step, std::int64_t n) {
        const std::byte* p = from.at(at[0]);
        if (step[0] == 1 || n == 1) return row(p, to.at(at[1]), n, f);
        in_blocks(map, p, step[0], to.at(at[1]), n);
      });
}

void zip_rows(const Tensor& a, const Tensor& b, const Tensor& y, std::int64_t grain, ZipRow row,
              bool takes_numbers, const void* f) {
  const Tensor left = a.expand(y.shape()), right = b.expand(y.shape());
  const Elements from_a(left), from_b(right), to(y);
  const Call<ZipRow> zip{row, f, to.size};
  const auto in_blocks = dispatch(a.dtype(), []<class T>() { return &zip_in_blocks<T>; });
  Walk<3>(y.shape(), {left.strides(), right.strides(), y.strides()})
      .for_each_row(grain, [&](const auto& at, const auto& step, std::int64_t n) {
        const std::byte *p = from_a.at(at[0]), *q = from_b.at(at[1]);
        if ((step[0] == 1 && step[1] == 1) || n == 1) return row(p, 1, q, 1, to.at(at[2]), n, f);
        if (takes_numbers && ((step[0] == 1 && step[1] == 0) || (step[0] == 0 && step[1] == 1))) {
          return row(p, step[0], q, step[1], to.at(at[2]), n, f);
        }
        in_blocks(zip, p, step[0], q, step[1], to.at(at[2]), n);
      });
}

}  // namespace xgrad::kernels
