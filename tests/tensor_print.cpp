#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <sstream>

#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

std::string print(const Tensor& tensor) {
  std::ostringstream text;
  text << tensor;
  return text.str();
}

}  // namespace

TEST_CASE("numbers have NumPy's layout") {
  const SafetensorsFile file =
      load_safetensors(std::filesystem::path(XGRAD_GOLDEN_DIR) / "print.safetensors");
  REQUIRE(file.tensors.size() > 40);
  for (const auto& [name, value] : file.tensors) {
    CAPTURE(name);
    CHECK(print(value) == file.metadata.at(name) + (value.dtype() == float64 ? " float64" : ""));
  }
}

TEST_CASE("the dtype and the shape of an empty tensor are printed, unlike in NumPy") {
  CHECK(print(Tensor()) == "undefined");
  CHECK(print(empty({0})) == "[] (0,)");
  CHECK(print(empty({2, 0, 3}, int64)) == "[] (2, 0, 3) int64");
  CHECK(print(tensor({1, 2})) == "[1 2]");
  CHECK(print(tensor({1.0, 2.0}, float64)) == "[1. 2.] float64");
  CHECK(print(tensor(0.5)) == "0.5");
}

TEST_CASE("a view prints the elements it shows") {
  const Tensor grid = arange(6).reshape({2, 3});
  CHECK(print(grid.transpose(0, 1)) == "[[0 3]\n [1 4]\n [2 5]]");
  CHECK(print(grid.slice(1, 1, 3)) == "[[1 2]\n [4 5]]");
  CHECK(print(grid.select(0, 1).expand({2, 3})) == "[[3 4 5]\n [3 4 5]]");
}

TEST_CASE("a large tensor is abridged") {
  const Tensor large = zeros({1000, 3000});
  const auto start = std::chrono::steady_clock::now();
  CHECK(print(large.transpose(0, 1)).size() < 300);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(50));
}
