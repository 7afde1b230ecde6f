#include <xgrad/core/tensor/random_fill.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>
#include <utility>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/base/error.hpp>

// The numbers equal PyTorch's bit for bit under any contraction by the compiler: each multiply-add that
// PyTorch's build fuses is fused here explicitly, and no other product is added to anything.

namespace xgrad::kernels {
namespace {

// Uniform in [0, 1): as many lower bits of a draw as the significand holds, times 2^-bits. Exact.
float uniform(std::uint32_t draw) { return static_cast<float>(draw & 0xffffffu) * 0x1p-24f; }
double uniform(std::uint64_t draw) { return static_cast<double>(draw & 0x1fffffffffffffu) * 0x1p-53; }

// x = value(draw) for each element, with 32 or 64 bits a draw. The draws come in blocks, for the loops to
// vectorise.
template <class Draw, class T, class F>
void fill(std::span<T> out, Generator::Stream& stream, F value) {
  constexpr std::size_t words = sizeof(Draw) / sizeof(std::uint32_t);
  std::array<std::uint32_t, 512> draws;
  while (!out.empty()) {
    const auto block = out.first(std::min(out.size(), draws.size() / words));
    stream.random(std::span(draws).first(block.size() * words));
    for (std::size_t i = 0; i < block.size(); ++i) {
      if constexpr (words == 1) {
        block[i] = value(draws[i]);
      } else {
        block[i] = value(std::uint64_t{draws[2 * i]} << 32 | draws[2 * i + 1]);  // as random64()
      }
    }
    out = out.subspan(block.size());
  }
}

// What one uniform number of type T is made of.
template <class T>
using DrawFor = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;

// a b + c. The product of two floats is exact in double, so the result is that of std::fma, but for about one
// case in 2^29, which is rounded twice. Unlike std::fma, it is fast and vectorises on every processor.
float fused(float a, float b, float c) {
  return static_cast<float>(static_cast<double>(a) * static_cast<double>(b) + static_cast<double>(c));
}

// The next two functions are S. Moshier's single precision functions of the Cephes library, with its
// coefficients and in the order of operations of PyTorch's AVX2 path. Their arguments here are positive and
// finite. They have no branches, so the loops over them vectorise.

// ln x for 2^-24 <= x <= 1: x = 2^e (1 + f), √½ <= 1 + f < √2, ln x = e ln 2 + f - f²/2 + f³ P(f).
float log_cephes(float x) {
  constexpr auto root_half = bit_cast<std::int32_t>(0.707106781186547524f);
  const auto bits = bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - root_half) >> 23;
  const auto e = static_cast<float>(exponent);
  const float f = bit_cast<float>(bits - (exponent << 23)) - 1.0f;
  const float f2 = f * f;
  float p = 7.0376836292e-2f;
  p = fused(p, f, -1.1514610310e-1f);
  p = fused(p, f, 1.1676998740e-1f);
  p = fused(p, f, -1.2420140846e-1f);
  p = fused(p, f, 1.4249322787e-1f);
  p = fused(p, f, -1.6668057665e-1f);
  p = fused(p, f, 2.0000714765e-1f);
  p = fused(p, f, -2.4999993993e-1f);
  p = fused(p, f, 3.3333331174e-1f);
  const float tail = fused(p * f, f2, e * -2.12194440e-4f);  // ln 2 = 0.693359375 - 2.12194440e-4
  return fused(e, 0.693359375f, f + fused(f2, -0.5f, tail));
}

struct SinCos {
  float sine, cosine;
};

// sin x and cos x for 0 <= x <= 2π. r is x without the nearest even multiple j of π/4, subtracted in three
// steps. c and s are polynomials for cos r and sin r. They change places where bit 1 of j is set. Bit 2 of j
// is the sign of the sine, bit 2 of j + 2 that of the cosine.
SinCos sincos_cephes(float x) {
  const std::int32_t j = (static_cast<std::int32_t>(x * 1.27323954473516f) + 1) & ~1;
  const auto multiple = static_cast<float>(j);
  float r = fused(multiple, -0.78515625f, x);
  r = fused(multiple, -2.4187564849853515625e-4f, r);
  r = fused(multiple, -3.77489497744594108e-8f, r);
  const float r2 = r * r;

  float c = fused(2.443315711809948e-5f, r2, -1.388731625493765e-3f);
  c = fused(c, r2, 4.166664568298827e-2f);
  c = fused(c * r2, r2, r2 * -0.5f) + 1.0f;
  float s = fused(-1.9515295891e-4f, r2, 8.3321608736e-3f);
  s = fused(s, r2, -1.6666654611e-1f);
  s = fused(s * r2, r, r);

  const auto bits = static_cast<std::uint32_t>(j);
  const auto c_bits = bit_cast<std::uint32_t>(c);
  const auto s_bits = bit_cast<std::uint32_t>(s);
  const std::uint32_t swap = (c_bits ^ s_bits) & (0u - ((bits >> 1) & 1u));
  return {bit_cast<float>(s_bits ^ swap ^ ((bits & 4u) << 29)),
          bit_cast<float>(c_bits ^ swap ^ (((bits + 2u) & 4u) << 29))};
}

// Turns 16 uniforms into 16 normals: 8 give the radius, 8 the angle. Each step is a loop that vectorises.
void box_muller_16(float* data, float mean, float std) {
  std::array<float, 8> radius, sine, cosine;
  for (std::size_t i = 0; i < 8; ++i) radius[i] = -2.0f * log_cephes(1.0f - data[i]);
  for (std::size_t i = 0; i < 8; ++i) radius[i] = std::sqrt(radius[i]);
  for (std::size_t i = 0; i < 8; ++i) {
    const SinCos angle = sincos_cephes(2.0f * std::numbers::pi_v<float> * data[i + 8]);
    sine[i] = angle.sine;
    cosine[i] = angle.cosine;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    data[i] = fused(radius[i] * cosine[i], std, mean);
    data[i + 8] = fused(radius[i] * sine[i], std, mean);
  }
}

void box_muller_16(double* data, double mean, double std) {
  for (int i = 0; i < 8; ++i) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - data[i]));
    const double angle = 2.0 * std::numbers::pi * data[i + 8];
    data[i] = std::fma(radius * std::cos(angle), std, mean);
    data[i + 8] = std::fma(radius * std::sin(angle), std, mean);
  }
}

// One normal of mean 0 and deviation 1: the one kept from the last pair, or the first of a new pair.
double normal(Generator::Stream& stream) {
  if (const auto kept = std::exchange(stream.next_normal(), std::nullopt)) return *kept;
  const double turn = uniform(stream.random64());
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(stream.random64())));
  const double angle = 2.0 * std::numbers::pi * turn;
  stream.next_normal() = radius * std::sin(angle);
  return radius * std::cos(angle);
}

}  // namespace

template <class T>
void fill_uniform(std::span<T> out, double from, double to, Generator& generator) {
  constexpr double max = std::numeric_limits<T>::max();
  if (!(std::abs(from) <= max && std::abs(to) <= max && std::abs(to - from) <= max)) {
    fail("uniform_", "from ", from, ", to ", to, ": both and their difference must be finite in the dtype");
  }
  if (from > to) fail("uniform_", "from ", from, " is above to ", to);
  const T low = static_cast<T>(from);
  const T range = static_cast<T>(to) - low;
  Generator::Stream stream(generator);
  if (low == T(0) && range == T(1)) {
    fill<DrawFor<T>>(out, stream, [](auto draw) { return uniform(draw); });
  } else {
    fill<DrawFor<T>>(out, stream, [&](auto draw) { return std::fma(uniform(draw), range, low); });
  }
}

template <class T>
void fill_normal(std::span<T> out, double mean, double std, Generator& generator) {
  if (!std::isfinite(mean) || !std::isfinite(std)) {
    fail("normal_", "mean ", mean, ", std ", std, ": both must be finite");
  }
  if (std < 0) fail("normal_", "std ", std, " is negative");
  Generator::Stream stream(generator);
  if (out.size() < 16) {
    for (T& x : out) x = static_cast<T>(std::fma(normal(stream), std, mean));
    return;
  }
  const auto block = [mean = static_cast<T>(mean), std = static_cast<T>(std)](T* data) {
    box_muller_16(data, mean, std);
  };
  // All uniforms are drawn before the last 16 are drawn again. The numbers depend on this order.
  const auto draw_uniform = [](auto draw) { return uniform(draw); };
  fill<DrawFor<T>>(out, stream, draw_uniform);
  for (std::size_t i = 0; i + 16 <= out.size(); i += 16) block(out.data() + i);
  if (out.size() % 16 != 0) {
    const auto last = out.last(16);
    fill<DrawFor<T>>(last, stream, draw_uniform);
    block(last.data());
  }
}

void fill_randint(std::span<std::int64_t> out, std::int64_t low, std::int64_t high, Generator& generator) {
  if (low >= high) fail("randint", "low ", low, " is not below high ", high);
  // Unsigned, so that the difference and the sums below wrap around.
  const auto base = static_cast<std::uint64_t>(low);
  const std::uint64_t range = static_cast<std::uint64_t>(high) - base;
  Generator::Stream stream(generator);
  if (range >> 32 == 0) {
    const auto range32 = static_cast<std::uint32_t>(range);
    fill<std::uint32_t>(out, stream,
                        [&](auto draw) { return static_cast<std::int64_t>(base + draw % range32); });
  } else {
    fill<std::uint64_t>(out, stream,
                        [&](auto draw) { return static_cast<std::int64_t>(base + draw % range); });
  }
}

void fill_bernoulli(std::span<bool> out, double p, Generator& generator) {
  if (!(p >= 0 && p <= 1)) fail("bernoulli_", "p must lie in [0, 1], got ", p);
  // u < p in integers: u and p are multiples of 2^-53, or p lies between two.
  const auto below = static_cast<std::uint64_t>(std::ceil(p * 0x1p53));
  Generator::Stream stream(generator);
  fill<std::uint64_t>(out, stream, [=](auto draw) { return (draw & 0x1fffffffffffffu) < below; });
}

template <class T>
void fill_exponential(std::span<T> out, double rate, Generator& generator) {
  if (!(rate > 0) || !std::isfinite(rate)) fail("exponential_", "rate ", rate, " is not positive and finite");
  Generator::Stream stream(generator);
  fill<std::uint64_t>(out, stream,
                      [&](auto draw) { return static_cast<T>(-1.0 / rate * std::log(1.0 - uniform(draw))); });
}

template void fill_uniform(std::span<float>, double, double, Generator&);
template void fill_uniform(std::span<double>, double, double, Generator&);
template void fill_normal(std::span<float>, double, double, Generator&);
template void fill_normal(std::span<double>, double, double, Generator&);
template void fill_exponential(std::span<float>, double, Generator&);
template void fill_exponential(std::span<double>, double, Generator&);

}  // namespace xgrad::kernels
