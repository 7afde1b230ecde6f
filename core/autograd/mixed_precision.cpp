#include <xgrad/core/autograd/mixed_precision.hpp>

#include <utility>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad {
namespace {
thread_local bool is_mixed_precision = false;
}  // namespace

bool mixed_precision() { return is_mixed_precision; }
bool has_bfloat16_products() { return kernels::bfloat16_isa() > kernels::Isa::avx512; }

MixedPrecision::MixedPrecision(bool on) : before_(std::exchange(is_mixed_precision, on)) {}
MixedPrecision::~MixedPrecision() { is_mixed_precision = before_; }

}  // namespace xgrad
