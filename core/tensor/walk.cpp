#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

template <std::size_t N>
bool merges(const std::array<Strides, N>& steps, const std::array<Strides, N>& strides, int i,
            std::int64_t size) {
  for (std::size_t k = 0; k < N; ++k) {
    if (steps[k].back() != strides[k][i] * size) return false;
  }
  return true;
}

}  // namespace

template <int N>
Walk<N>::Walk(const Shape& shape, const std::array<Strides, static_cast<std::size_t>(N)>& strides) {
  numel_ = shape.numel();
  if (numel_ == 0) return;
  for (int i = 0; i < shape.dim(); ++i) {
    if (shape[i] == 1) continue;
    if (outer_.dim() > 0 && merges(steps_, strides, i, shape[i])) {
      outer_.back() *= shape[i];
      for (std::size_t k = 0; k < N; ++k) steps_[k].back() = strides[k][i];
    } else {
      outer_.push_back(shape[i]);
      for (std::size_t k = 0; k < N; ++k) steps_[k].push_back(strides[k][i]);
    }
  }
  if (outer_.empty()) return;  // one element
  const int last = outer_.dim() - 1;
  row_ = outer_[last];
  for (std::size_t k = 0; k < N; ++k) {
    row_steps_[k] = steps_[k][last];
    steps_[k].erase(last);
  }
  outer_.erase(last);
}

template class Walk<1>;
template class Walk<2>;
template class Walk<3>;
template class Walk<4>;

}  // namespace xgrad::kernels
