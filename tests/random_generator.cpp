// The generator itself: its stream, its state, shared use by threads, and refused arguments.
#include "random_draws.hpp"
#include "support.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <thread>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("mt19937 equals std::mt19937 across refills") {
  Generator g(5489);
  std::mt19937 reference(5489);
  for (int i = 0; i < 2000; ++i) REQUIRE(g.random() == reference());
  const std::uint64_t upper = reference();
  CHECK(g.random64() == (upper << 32 | reference()));
}

TEST_CASE("setting a state again repeats the draws, including the kept normal") {
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

  g.manual_seed(10);  // drops the kept normal
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
  (void)integers(g, 0, 0, 10);
  (void)mask(g, 0, 0.5);
  (void)exponentials<float>(g, 0, 1);
  CHECK(g.state() == before);
}

TEST_CASE("arguments out of range throw and draw nothing") {
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
  check([&] { return integers(g, 1, 5, 5); }, "[randint] low 5 is not below high 5");
  check([&] { return mask(g, 1, 1.5); }, "[bernoulli_] p must lie in [0, 1], got 1.5");
  check([&] { return mask(g, 1, -0.5); }, "[bernoulli_] p must lie in [0, 1], got -0.5");
  check([&] { return mask(g, 1, not_a_number); }, "[bernoulli_] p must lie in [0, 1], got nan");
  check([&] { return exponentials<float>(g, 1, 0); }, "[exponential_] rate 0 is not positive and finite");
  check([&] { return exponentials<double>(g, 1, not_a_number); },
        "[exponential_] rate nan is not positive and finite");
  CHECK(g.state() == before);
}

TEST_CASE("equal bounds and a deviation of 0 are allowed") {
  Generator g(13);
  CHECK(uniforms<float>(g, 2, 3, 3) == std::vector<float>{3, 3});
  CHECK(normals<float>(g, 16, 2, 0) == std::vector<float>(16, 2.0f));
  CHECK(normals<double>(g, 2, 2, 0) == std::vector<double>(2, 2.0));
}

TEST_CASE("each fill of a shared generator gets consecutive draws") {
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
