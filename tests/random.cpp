// Random numbers against PyTorch's, which golden/make_random.py wrote with the same seeds and calls.
#include "random_draws.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// The largest |a - b| in units of the last place of b, or of `scale` if that is larger.
template <class T>
double ulps(const std::vector<T>& a, const std::vector<T>& b, double scale = 0) {
  if (a.size() != b.size()) return inf;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const T size = std::max(std::abs(b[i]), static_cast<T>(scale));
    const T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    const double distance = static_cast<double>(std::abs(a[i] - b[i]) / unit);
    if (!(distance <= worst)) worst = distance;  // also if it is NaN
  }
  return worst;
}

// 16 or more float32 normals call no function of the C library, so they are exact. The others call it in
// double, and two libraries may differ in the last place or two.
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

TEST_CASE("manual_seed(0) gives PyTorch's numbers") {
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

TEST_CASE_TEMPLATE("normals are equal, below 16 values and from 16 on", T, float, double) {
  for (const std::size_t size : {1u, 2u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 1000u}) {
    CAPTURE(size);
    Generator g(size);
    const auto expected = golden_values<T>("random", key_of<T>("normal", std::to_string(size)));
    CHECK(ulps(normals<T>(g, size), expected) <= normal_tolerance<T>(size));
  }
  for (const std::size_t size :
       {5u, 100u}) {  // mean + std x may cancel, so in units of the mean's last place
    CAPTURE(size);
    Generator g(3);
    const auto expected = golden_values<T>("random", key_of<T>("normal", "mean." + std::to_string(size)));
    CHECK(ulps(normals<T>(g, size, 1.5, 0.3), expected, 1.5) <= normal_tolerance<T>(size));
  }
}

TEST_CASE("200,000 float32 normals have the same sum of bit patterns") {
  Generator g(13);
  std::int64_t sum = 0;
  for (const float x : normals<float>(g, 200'000)) sum += bit_cast<std::int32_t>(x);
  CHECK(sum == golden_values<std::int64_t>("random", "normal.f32.bits").at(0));
}

TEST_CASE("integers are bit-equal, from draws of 32 and 64 bits") {
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
    CHECK(integers(g, 50, row.low, row.high) == golden_values<std::int64_t>("random", "randint." + row.key));
  }
}

TEST_CASE_TEMPLATE("integers in a floating dtype are equal", T, float, double) {
  Generator g(4);
  const Tensor integers = randint(-7, 100, {50}, dtype_of<T>(), g);
  CHECK(integers.to_vector<T>() == golden_values<T>("random", key_of<T>("randint", "")));
}

TEST_CASE("permutations are equal, and so is the next draw") {
  for (const std::int64_t size : {0, 1, 2, 10, 1000}) {
    CAPTURE(size);
    const std::string key = "randperm." + std::to_string(size);
    Generator g(14);
    const Tensor permutation = randperm(size, g);
    CHECK(permutation.dtype() == int64);
    CHECK(permutation.to_vector<std::int64_t>() == golden_values<std::int64_t>("random", key));
    CHECK(integers(g, 1, 0, (1ll << 32) - 1) == golden_values<std::int64_t>("random", key + ".next"));
  }
  CHECK_THROWS_TEXT(randperm(-1), "[randperm] n must not be negative: -1");
}

TEST_CASE("dropout has PyTorch's masks in every dtype") {
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

TEST_CASE_TEMPLATE("exponentials are equal, and so are the multinomial draws made of them", T, float,
                   double) {
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

TEST_CASE("different calls share one stream and one kept normal") {
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
  CHECK(integers(g, 3, 0, 10) == golden_values<std::int64_t>("random", next_key()));
  normal(double{}, 7);
  CHECK(mask(g, 9, 0.5) == golden_values<bool>("random", next_key()));
  normal(float{}, 2);
  CHECK(uniforms<double>(g, 2) == golden_values<double>("random", next_key()));
  normal(double{}, 17);
  normal(double{}, 1);
}
