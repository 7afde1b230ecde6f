// Random numbers against PyTorch's, written by golden/make_random.py: the seeds and the calls here are its
// own.
#include "support.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/kernels/random.hpp>

using namespace xgrad;
using namespace xgrad::kernels;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The values of one fill. A vector<bool> has no span, hence the array.
template <class T, class Fill>
std::vector<T> drawn(std::size_t size, Fill fill) {
  const auto values = std::make_unique<T[]>(size);
  fill(std::span<T>(values.get(), size));
  return std::vector<T>(values.get(), values.get() + size);
}

template <class T>
std::vector<T> uniforms(Generator& g, std::size_t size, double from = 0, double to = 1) {
  return drawn<T>(size, [&](std::span<T> out) { fill_uniform(out, from, to, g); });
}
template <class T>
std::vector<T> normals(Generator& g, std::size_t size, double mean = 0, double std = 1) {
  return drawn<T>(size, [&](std::span<T> out) { fill_normal(out, mean, std, g); });
}
template <class T>
std::vector<T> integers(Generator& g, std::size_t size, std::int64_t low, std::int64_t high) {
  return drawn<T>(size, [&](std::span<T> out) { fill_randint(out, low, high, g); });
}
template <class T>
std::vector<T> exponentials(Generator& g, std::size_t size, double rate) {
  return drawn<T>(size, [&](std::span<T> out) { fill_exponential(out, rate, g); });
}
std::vector<bool> mask(Generator& g, std::size_t size, double p) {
  return drawn<bool>(size, [&](std::span<bool> out) { fill_bernoulli(out, p, g); });
}

// |a - b| in units of the last place of b, or of `scale` where that is larger; the largest over all elements.
template <class T>
double ulps(const std::vector<T>& a, const std::vector<T>& b, double scale = 0) {
  if (a.size() != b.size()) return inf;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const T size = std::max(std::abs(b[i]), static_cast<T>(scale));
    const T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    const double distance = static_cast<double>(std::abs(a[i] - b[i]) / unit);
    if (!(distance <= worst)) worst = distance;  // also where it is NaN
  }
  return worst;
}

// float32 normals from 16 values on take no function of the C library: exact. The others do, in double, where
// a library may differ from the one PyTorch ran with in the last place or two.
template <class T>
double normal_tolerance(std::size_t size) {
  if (std::is_same_v<T, double>) return 2;
  return size < 16 ? 1 : 0;
}

template <class T>
std::string key_of(const std::string& kind, const std::string& rest) {
  return kind + (std::is_same_v<T, float> ? ".f32" : ".f64") + (rest.empty() ? "" : "." + rest);
}

// The index of the largest w_i / x_i for the weights 1..5 and exponentials x: one multinomial draw.
template <class T>
std::int64_t largest_ratio(std::span<const T> x) {
  std::int64_t best = 0;
  const auto ratio = [&](std::int64_t i) { return static_cast<T>(i + 1) / x[static_cast<std::size_t>(i)]; };
  for (std::int64_t i = 1; i < 5; ++i) {
    if (ratio(i) > ratio(best)) best = i;
  }
  return best;
}

}  // namespace

TEST_CASE("mt19937 is the standard one, across refills") {
  Generator g(5489);
  std::mt19937 reference(5489);
  for (int i = 0; i < 2000; ++i) REQUIRE(g.random() == reference());
  const std::uint64_t upper = reference();
  CHECK(g.random64() == (upper << 32 | reference()));
}

TEST_CASE("manual_seed(0) gives the numbers PyTorch users know") {
  manual_seed(0);
  CHECK(default_generator().initial_seed() == 0);
  const auto u = uniforms<float>(default_generator(), 3);
  CHECK(u[0] == doctest::Approx(0.4963).epsilon(1e-4));
  CHECK(u[1] == doctest::Approx(0.7682).epsilon(1e-4));
  CHECK(u[2] == doctest::Approx(0.0885).epsilon(1e-3));
  manual_seed(0);
  const auto n = normals<float>(default_generator(), 3);
  CHECK(n[0] == doctest::Approx(1.5410).epsilon(1e-4));
  CHECK(n[1] == doctest::Approx(-0.2934).epsilon(1e-3));
  CHECK(n[2] == doctest::Approx(-2.1788).epsilon(1e-4));
}

TEST_CASE("a new generator has PyTorch's default seed") {
  Generator g;
  CHECK(g.initial_seed() == 67280421310721);
  CHECK(uniforms<float>(g, 10) == golden_values<float>("random", "default"));
}

TEST_CASE_TEMPLATE("uniforms are bit-equal", T, float, double) {
  struct Row {
    std::string key;
    std::uint64_t seed;
    std::size_t size;
    double from, to;
  };
  const double bound = 1 / std::sqrt(3.0);
  for (const Row& row : {Row{"unit", 0, 700, 0, 1}, Row{"linear", 1, 100, -bound, bound},
                         Row{"odd", 42, 700, -0.1, 0.7}, Row{"long_seed", (1ull << 40) + 7, 10, 0, 1}}) {
    CAPTURE(row.key);
    Generator g(row.seed);
    CHECK(uniforms<T>(g, row.size, row.from, row.to) ==
          golden_values<T>("random", key_of<T>("uniform", row.key)));
  }
}

TEST_CASE_TEMPLATE("normals, below 16 and from 16 on", T, float, double) {
  for (const std::size_t size : {1u, 2u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 1000u}) {
    CAPTURE(size);
    Generator g(size);
    const auto expected = golden_values<T>("random", key_of<T>("normal", std::to_string(size)));
    CHECK(ulps(normals<T>(g, size), expected) <= normal_tolerance<T>(size));
  }
  for (const std::size_t size : {5u, 100u}) {  // mean + std x may cancel: units of the mean's last place
    CAPTURE(size);
    Generator g(3);
    const auto expected = golden_values<T>("random", key_of<T>("normal", "mean." + std::to_string(size)));
    CHECK(ulps(normals<T>(g, size, 1.5, 0.3), expected, 1.5) <= normal_tolerance<T>(size));
  }
}

TEST_CASE("200,000 float32 normals are bit-equal: the sum of their bit patterns is") {
  Generator g(13);
  std::int64_t sum = 0;
  for (const float x : normals<float>(g, 200'000)) sum += std::bit_cast<std::int32_t>(x);
  CHECK(sum == golden_values<std::int64_t>("random", "normal.f32.bits").at(0));
}

TEST_CASE("integers are bit-equal, from 32 and from 64 bits") {
  struct Row {
    std::string key;
    std::int64_t low, high;
  };
  constexpr auto min = std::numeric_limits<std::int64_t>::min();
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t two_32 = 1ll << 32;
  for (const Row& row :
       {Row{"digits", 0, 10}, Row{"signed", -1000, 1000}, Row{"one", 5, 6}, Row{"below_2_32", 0, two_32 - 1},
        Row{"from_2_32", -9, two_32 - 9}, Row{"all", min, max}}) {
    CAPTURE(row.key);
    Generator g(8);
    CHECK(integers<std::int64_t>(g, 50, row.low, row.high) ==
          golden_values<std::int64_t>("random", "randint." + row.key));
  }
}

TEST_CASE_TEMPLATE("integers in a floating dtype", T, float, double) {
  Generator g(4);
  CHECK(integers<T>(g, 50, -7, 100) == golden_values<T>("random", key_of<T>("randint", "")));
}

TEST_CASE("masks are those of dropout, in every dtype") {
  for (const std::string dtype : {"f32", "f64"}) {
    for (const int percent : {10, 50}) {
      CAPTURE(percent);
      Generator g(5);
      CHECK(mask(g, 700, 1 - percent / 100.0) ==
            golden_values<bool>("random", "dropout." + dtype + "." + std::to_string(percent)));
    }
  }
  Generator g(5);
  CHECK(mask(g, 100, 0) == std::vector<bool>(100, false));
  CHECK(mask(g, 100, 1) == std::vector<bool>(100, true));
}

TEST_CASE_TEMPLATE("exponentials, and the multinomial drawn with them", T, float, double) {
  Generator g(6);
  CHECK(ulps(exponentials<T>(g, 100, 2.5), golden_values<T>("random", key_of<T>("exponential", ""))) <= 2);

  g.manual_seed(7);
  auto x = exponentials<T>(g, 200, 1);
  std::vector<std::int64_t> one, three;
  for (std::size_t row = 0; row < 40; ++row)
    one.push_back(largest_ratio<T>(std::span(x).subspan(row * 5, 5)));
  CHECK(one == golden_values<std::int64_t>("random", key_of<T>("multinomial", "one")));
  x = exponentials<T>(g, 200, 1);
  for (std::size_t row = 0; row < 40; ++row) {
    const auto rest = std::span(x).subspan(row * 5, 5);
    for (int i = 0; i < 3; ++i) {
      three.push_back(largest_ratio<T>(rest));
      rest[static_cast<std::size_t>(three.back())] = std::numeric_limits<T>::infinity();  // taken
    }
  }
  CHECK(three == golden_values<std::int64_t>("random", key_of<T>("multinomial", "three")));
}

TEST_CASE("calls of different kinds share one stream, and a normal that was kept back") {
  Generator g(9);
  int index = 0;
  const auto next_key = [&] { return "interleaved." + std::to_string(index++); };
  const auto normal = [&]<class T>(T, std::size_t size) {
    const std::string key = next_key();
    CAPTURE(key);
    CHECK(ulps(normals<T>(g, size), golden_values<T>("random", key)) <= normal_tolerance<T>(size));
  };
  normal(float{}, 3);
  CHECK(uniforms<float>(g, 5) == golden_values<float>("random", next_key()));
  normal(float{}, 20);
  normal(float{}, 1);
  CHECK(integers<std::int64_t>(g, 3, 0, 10) == golden_values<std::int64_t>("random", next_key()));
  normal(double{}, 7);
  CHECK(mask(g, 9, 0.5) == golden_values<bool>("random", next_key()));
  normal(float{}, 2);
  CHECK(uniforms<double>(g, 2) == golden_values<double>("random", next_key()));
  normal(double{}, 17);
  normal(double{}, 1);
}

TEST_CASE("a state that is set again repeats the draws, the normal kept back included") {
  Generator g(10);
  (void)uniforms<float>(g, 700);
  (void)normals<float>(g, 3);
  const GeneratorState state = g.state();
  CHECK(state.seed == 10);
  CHECK(state.next_double_normal.has_value());
  const auto first = normals<double>(g, 5);
  CHECK(g.state() != state);

  Generator other;
  other.set_state(state);
  CHECK(other.state() == state);
  CHECK(other.initial_seed() == 10);
  CHECK(normals<double>(other, 5) == first);
  CHECK(other.state() == g.state());

  g.manual_seed(10);  // forgets what was kept back
  CHECK(g.state() == Generator(10).state());

  GeneratorState broken = state;
  broken.next = 625;
  CHECK_THROWS_WITH_AS(g.set_state(broken), "[set_state] next 625 is above the 624 words of the state",
                       std::invalid_argument);
}

TEST_CASE("an empty span draws nothing") {
  Generator g(11);
  const GeneratorState before = g.state();
  (void)uniforms<float>(g, 0);
  (void)normals<float>(g, 0);
  (void)normals<double>(g, 0);
  (void)integers<std::int64_t>(g, 0, 0, 10);
  (void)mask(g, 0, 0.5);
  (void)exponentials<float>(g, 0, 1);
  CHECK(g.state() == before);
}

TEST_CASE("arguments out of range are errors, and draw nothing") {
  Generator g(12);
  const GeneratorState before = g.state();
  const auto check = [](auto call, const char* text) {
    CHECK_THROWS_WITH_AS((void)call(), text, std::invalid_argument);
  };
  check([&] { return uniforms<float>(g, 1, 2, 1); }, "[uniform_] from 2 is above to 1");
  check([&] { return uniforms<float>(g, 0, 2, 1); }, "[uniform_] from 2 is above to 1");
  const std::string finite = ": both and their difference must be finite in the dtype";
  check([&] { return uniforms<float>(g, 1, not_a_number, 1); },
        ("[uniform_] from nan, to 1" + finite).c_str());
  check([&] { return uniforms<double>(g, 1, 0, inf); }, ("[uniform_] from 0, to inf" + finite).c_str());
  check([&] { return uniforms<float>(g, 1, 0, 1e39); }, ("[uniform_] from 0, to 1e+39" + finite).c_str());
  check([&] { return uniforms<float>(g, 1, 3e38, 4e38); },
        ("[uniform_] from 3e+38, to 4e+38" + finite).c_str());
  check([&] { return uniforms<float>(g, 1, -4e38, -3e38); },
        ("[uniform_] from -4e+38, to -3e+38" + finite).c_str());
  check([&] { return uniforms<double>(g, 1, -1.5e308, 1.5e308); },
        ("[uniform_] from -1.5e+308, to 1.5e+308" + finite).c_str());
  check([&] { return normals<float>(g, 1, 0, -1); }, "[normal_] std -1 is negative");
  check([&] { return normals<float>(g, 1, not_a_number, 1); },
        "[normal_] mean nan, std 1: both must be finite");
  check([&] { return normals<double>(g, 1, 0, inf); }, "[normal_] mean 0, std inf: both must be finite");
  check([&] { return integers<std::int64_t>(g, 1, 5, 5); }, "[randint] low 5 is not below high 5");
  check([&] { return integers<float>(g, 1, 0, (1 << 24) + 2); },
        "[randint] low 0, high 16777218: integers beyond ±16777216 are not exact in the dtype");
  check([&] { return mask(g, 1, 1.5); }, "[bernoulli_] p must lie in [0, 1], got 1.5");
  check([&] { return mask(g, 1, -0.5); }, "[bernoulli_] p must lie in [0, 1], got -0.5");
  check([&] { return mask(g, 1, not_a_number); }, "[bernoulli_] p must lie in [0, 1], got nan");
  check([&] { return exponentials<float>(g, 1, 0); }, "[exponential_] rate 0 is not positive and finite");
  check([&] { return exponentials<double>(g, 1, not_a_number); },
        "[exponential_] rate nan is not positive and finite");
  CHECK(g.state() == before);
}

TEST_CASE("bounds that are allowed") {
  Generator g(13);
  CHECK(uniforms<float>(g, 2, 3, 3) == std::vector<float>{3, 3});
  CHECK(normals<float>(g, 16, 2, 0) == std::vector<float>(16, 2.0f));
  CHECK(normals<double>(g, 2, 2, 0) == std::vector<double>(2, 2.0));
  CHECK(integers<float>(g, 1, 1 << 24, (1 << 24) + 1) == std::vector<float>{16777216.0f});
}

TEST_CASE("a generator shared by threads gives each fill a run of its stream") {
  constexpr std::size_t size = 1001, fills = 60;
  using Run = std::vector<float>;
  std::vector<Run> expected, runs(2 * fills);
  Generator g(14);
  for (std::size_t i = 0; i < 2 * fills; ++i) expected.push_back(uniforms<float>(g, size));
  g.manual_seed(14);
  const auto work = [&](std::size_t begin) {
    for (std::size_t i = 0; i < fills; ++i) runs[begin + i] = uniforms<float>(g, size);
  };
  std::thread first(work, 0), second(work, fills);
  first.join();
  second.join();
  std::sort(expected.begin(), expected.end());
  std::sort(runs.begin(), runs.end());
  CHECK(runs == expected);
}
