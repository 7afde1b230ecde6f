// What the ranks say to each other.
#include "ranks.hpp"

#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace xgrad;

TEST_CASE("communicator: a broadcast copies rank 0's numbers") {
  const Tensor x = full({2, 3}, ranks().rank() + 0.5, float32);
  ranks().broadcast(x);
  CHECK(equal(x, full({2, 3}, 0.5, float32)));
  const Tensor none = zeros({0}, float64);
  CHECK_NOTHROW(ranks().broadcast(none));
  CHECK_THROWS_AS(ranks().broadcast(zeros({2}, int64)), std::invalid_argument);
  CHECK_THROWS_AS(ranks().broadcast(zeros({2, 3}).mT()), std::invalid_argument);
}

TEST_CASE("communicator: all ranks of the tests are on one machine") {
  CHECK(ranks().local_size() == ranks().size());
}

TEST_CASE("communicator: a sum has the same bits on all ranks") {
  const double sum = ranks().sum(1.0 / (1 + ranks().rank()));
  double expected = 0;
  for (int r = 0; r < ranks().size(); ++r) expected += 1.0 / (1 + r);
  CHECK(sum == expected);
}

TEST_CASE("communicator: MPI takes calls from one thread") {
  std::thread([] { CHECK_THROWS_AS(ranks().sum(1), std::runtime_error); }).join();
}

TEST_CASE("communicator: numbers that differ are found") {
  std::vector<std::uint64_t> numbers{1, 2, 3};
  CHECK(ranks().are_equal(numbers));
  if (ranks().size() == 1) return;
  std::size_t first = 9;
  if (ranks().rank() == 1) numbers[2] = 4;
  CHECK_FALSE(ranks().are_equal(numbers, &first));
  CHECK(first == 2);
  if (ranks().rank() == 1) numbers.pop_back();
  CHECK_FALSE(ranks().are_equal(numbers));
}

TEST_CASE("communicator: a reduction adds while the program goes on") {
  const Tensor x = full({1000}, ranks().rank() + 1.0, float64), total = zeros({1000}, float64);
  mpi::Reduction reduction(ranks(), x, total);
  while (!reduction.is_done()) {
  }
  const double n = ranks().size();
  CHECK(equal(total, full({1000}, n * (n + 1) / 2, float64)));
  CHECK(equal(x, full({1000}, ranks().rank() + 1.0, float64)));
  CHECK(reduction.is_done());
  CHECK_NOTHROW(reduction.wait());
  CHECK_THROWS_AS(mpi::Reduction(ranks(), x, x), std::invalid_argument);
  CHECK_THROWS_AS(mpi::Reduction(ranks(), x, zeros({999}, float64)), std::invalid_argument);
  CHECK_THROWS_AS(mpi::Reduction(ranks(), x, zeros({1000}, float32)), std::invalid_argument);
}
