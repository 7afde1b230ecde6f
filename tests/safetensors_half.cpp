// Half precision in files: every half, and the rounding of float32, by the definition of IEEE 754 binary16.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

// 1 sign bit, 5 exponent bits (bias 15), 10 mantissa bits.
float by_definition(std::uint16_t half) {
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  const float size = exponent == 31  ? (mantissa == 0 ? inf : std::numeric_limits<float>::quiet_NaN())
                     : exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                     : std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
  return half & 0x8000 ? -size : size;
}

// The halves that a file holds, after its header.
std::vector<std::uint16_t> halves_of(const std::filesystem::path& path, std::size_t count) {
  const std::string bytes = read_file(path);
  REQUIRE(bytes.size() > 2 * count);
  std::vector<std::uint16_t> halves(count);
  std::memcpy(halves.data(), bytes.data() + bytes.size() - 2 * count, 2 * count);
  return halves;
}

std::uint16_t written(float value) {
  const Folder folder;
  save_safetensors(folder.path / "one", {{"x", tensor({value})}}, {}, {.half_precision = true});
  return halves_of(folder.path / "one", 1)[0];
}

}  // namespace

TEST_CASE("every half is read as the number that it is, and written back as it was") {
  const Folder folder;
  std::string data(2 * 65536, '\0');
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto half = static_cast<std::uint16_t>(i);
    std::memcpy(data.data() + 2 * i, &half, 2);
  }
  const std::string header = R"({"x":{"data_offsets":[0,131072],"dtype":"F16","shape":[65536]}})";
  write_file(folder.path / "all", with_length(header + " ", data));
  const Tensor x = load_safetensors(folder.path / "all").tensors.at(0).second;
  CHECK(x.dtype() == float32);
  save_safetensors(folder.path / "again", {{"x", x}}, {}, {.half_precision = true});
  const std::vector<std::uint16_t> again = halves_of(folder.path / "again", 65536);
  std::size_t differ = 0;
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto half = static_cast<std::uint16_t>(i);
    const float is = x.data<float>()[i], should = by_definition(half);
    if (std::isnan(should)) {
      differ += !std::isnan(is) || !std::isnan(by_definition(again[i]));
    } else {
      differ += bit_cast<std::uint32_t>(is) != bit_cast<std::uint32_t>(should) || again[i] != half;
    }
  }
  CHECK(differ == 0);
}

TEST_CASE("float32 is written as the nearest half, ties to even") {
  std::vector<float> values;
  std::vector<std::uint16_t> nearest;
  for (std::uint16_t half = 0; half < 0x7bff; ++half) {  // each finite half and the next
    const float low = by_definition(half), high = by_definition(static_cast<std::uint16_t>(half + 1));
    const float middle = (low + high) / 2;  // exact
    for (const auto& [value, rounded] :
         {std::pair(middle, half % 2 == 0 ? half : half + 1), std::pair(std::nextafter(middle, 0.f), +half),
          std::pair(std::nextafter(middle, inf), half + 1)}) {
      values.insert(values.end(), {value, -value});
      nearest.push_back(static_cast<std::uint16_t>(rounded));
      nearest.push_back(static_cast<std::uint16_t>(rounded | 0x8000));
    }
  }
  const Folder folder;
  save_safetensors(folder.path / "x", {{"x", tensor(values)}}, {}, {.half_precision = true});
  CHECK(halves_of(folder.path / "x", values.size()) == nearest);

  CHECK(written(0.f) == 0x0000);
  CHECK(written(-0.f) == 0x8000);
  CHECK(written(1e-45f) == 0x0000);
  CHECK(written(65519.996f) == 0x7bff);
  CHECK(written(inf) == 0x7c00);
  CHECK(written(-inf) == 0xfc00);
  CHECK((written(NAN) & 0x7fff) > 0x7c00);
}

TEST_CASE("only float32 is written in half precision, and a number beyond it is refused by its place") {
  const Folder folder;
  const NamedTensors tensors{{"half", tensor({{1.f, 2.f}, {3.f, 4.f}}).transpose(0, 1)},
                             {"wide", tensor({0.1, 0.2}, float64)},
                             {"count", tensor({7})},
                             {"mask", tensor({true})},
                             {"none", empty({0, 3})}};
  save_safetensors(folder.path / "x", tensors, {{"key", "value"}}, {.half_precision = true});
  const SafetensorsFile file = load_safetensors(folder.path / "x");
  CHECK(file.metadata.at("key") == "value");
  REQUIRE(file.tensors.size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CHECK(file.tensors[i].first == tensors[i].first);
    CHECK(equal(file.tensors[i].second, tensors[i].second));
  }
  const std::string bytes = read_file(folder.path / "x");
  CHECK(bytes.find(R"("half":{"data_offsets":[24,32],"dtype":"F16","shape":[2,2]})") != std::string::npos);

  CHECK_THROWS_TEXT(
      save_safetensors(folder.path / "y", {{"w", tensor({1.f, -65520.f})}}, {}, {.half_precision = true}),
      "element 1 of tensor \"w\" is -65520, which half precision does not hold; its largest number is 65504");
  CHECK(folder.files() == 1);  // nothing is left of it
}
