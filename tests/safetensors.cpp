// Reading and writing safetensors files, and reading those of Python.

#include <cmath>
#include <limits>

#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

Tensor find(const SafetensorsFile& file, const std::string& name) {
  for (const auto& [key, value] : file.tensors) {
    if (key == name) return value;
  }
  FAIL("no tensor " << name);
  return {};
}

}  // namespace

TEST_CASE("a file from Python is read, with every dtype, in the header's order") {
  const SafetensorsFile file = load_safetensors(fs::path(XGRAD_GOLDEN_DIR) / "safetensors.safetensors");
  std::string names;
  for (const auto& [name, value] : file.tensors) names += name + " ";
  CHECK(names == "bool i8 u8 i16 u16 i32 u32 i64 u64 f16 bf16 f32 f64 scalar empty odd \"näme\"\n ");
  CHECK(file.metadata == std::map<std::string, std::string>{{"empty", ""}, {"format", "pt"}});

  constexpr auto most = std::numeric_limits<std::int64_t>::max(),
                 least = std::numeric_limits<std::int64_t>::min();
  CHECK(equal(find(file, "bool"), tensor({true, false, true})));
  CHECK(equal(find(file, "i8"), tensor({-128, -1, 127})));
  CHECK(equal(find(file, "u8"), tensor({0, 127, 255})));
  CHECK(equal(find(file, "i16"), tensor({-32768, 32767})));
  CHECK(equal(find(file, "u16"), tensor({0, 65535})));
  CHECK(equal(find(file, "i32"), tensor({-2147483648LL, 2147483647LL})));
  CHECK(equal(find(file, "u32"), tensor({0, 4294967295LL})));
  CHECK(equal(find(file, "i64"), tensor({{least, most}})));
  CHECK(equal(find(file, "u64"), tensor({std::int64_t{0}, most})));
  CHECK(equal(find(file, "f32"), tensor({{0.f, 0.25f, 0.5f}, {0.75f, 1.f, 1.25f}})));
  CHECK(equal(find(file, "f64"), tensor({3.141592653589793, -0.1}, float64)));
  CHECK(equal(find(file, "scalar"), tensor(7.5)));
  CHECK(equal(find(file, "empty"), empty({0, 3})));
  CHECK(equal(find(file, "odd \"näme\"\n"), tensor({5})));

  const auto f16 = find(file, "f16").to_vector<float>();
  const std::vector<float> halves{
      0.f, -0.f, 1.f, -2.5f, 65504.f, 0x1p-24f, -0x1p-14f, 0x1p-14f - 0x1p-24f, 0.333251953125f};
  CHECK(std::vector<float>(f16.begin(), f16.begin() + 9) == halves);
  CHECK(std::signbit(f16[1]));
  CHECK(f16[9] == std::numeric_limits<float>::infinity());
  CHECK(f16[10] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(f16[11]));
  const auto bf16 = find(file, "bf16");
  CHECK(bf16.shape() == Shape{2, 3});
  CHECK(equal(bf16.reshape({6}).slice(0, 0, 5),
              tensor({1.f, -2.5f, 0x1.fep127f, 0x1p-133f, std::numeric_limits<float>::infinity()})));
  CHECK(std::isnan(static_cast<double>(bf16.at({1, 2}))));
}

TEST_CASE("saved tensors are read back: views, 0-d, empty, every dtype, with names and metadata") {
  const Folder folder;
  const Tensor grid = arange(24.0).reshape({4, 6});
  const NamedTensors tensors{{"z", tensor({true, false, true})},
                             {"transposed", grid.transpose(0, 1)},
                             {"a \"quoted\\ name\n", grid.slice(0, 1, 4, 2).slice(1, 1, 6, 2)},
                             {"expanded", grid.select(0, 2).expand({3, 6})},
                             {"scalar", tensor(2.5, float64)},
                             {"empty", zeros({2, 0, 3}, int64)},
                             {"", tensor({{1, -2}, {3, 4}})},
                             {"offset", grid.select(0, 3)}};
  const std::map<std::string, std::string> metadata{{"step", "12"}, {"ключ", "значение"}};
  save_safetensors(folder.path / "x.safetensors", tensors, metadata);
  const SafetensorsFile file = load_safetensors(folder.path / "x.safetensors");
  CHECK(file.metadata == metadata);
  REQUIRE(file.tensors.size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CAPTURE(tensors[i].first);
    CHECK(file.tensors[i].first == tensors[i].first);
    CHECK(equal(file.tensors[i].second, tensors[i].second));
  }
  CHECK(folder.files() == 1);

  save_safetensors(folder.path / "x.safetensors", {});
  CHECK(read_file(folder.path / "x.safetensors") == with_length("{}      "));
  CHECK(load_safetensors(folder.path / "x.safetensors").tensors.empty());
  save_safetensors(folder.path / "x.safetensors", {{"b", tensor({true})}, {"w", tensor({{1.f}})}},
                   {{"k", "v"}});
  CHECK(read_file(folder.path / "x.safetensors") ==
        with_length(R"({"__metadata__":{"k":"v"},"b":{"data_offsets":[4,5],"dtype":"BOOL","shape":[1]},)"
                    R"("w":{"data_offsets":[0,4],"dtype":"F32","shape":[1,1]}} )",
                    std::string("\0\0\x80\x3f\x01", 5)));
}

TEST_CASE("files of MLX and others are read: metadata that is null, and further keys for a tensor") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  write_file(path,
             with_length(R"({"__metadata__":null,"w":{"note":{"by":["me",1.5,null,true,{}]},"dtype":"I8",)"
                         R"("shape":[2],"note":"again","data_offsets":[0,2],"extra":1}})",
                         "\x01\x02"));
  const SafetensorsFile file = load_safetensors(path);
  CHECK(file.metadata.empty());
  CHECK(file.unreadable.empty());
  REQUIRE(file.tensors.size() == 1);
  CHECK(equal(find(file, "w"), tensor({1, 2})));
}

TEST_CASE("a tensor that cannot be read is named with the reason, and the others are read") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  const struct {
    std::string dtype, shape;
    std::size_t bytes;
    std::string reason;
  } table[] = {{"F8_E4M3", "[2,3]", 6, "dtype \"F8_E4M3\" is not one that can be read"},
               {"F8_E5M2", "[0]", 0, "dtype \"F8_E5M2\" is not one that can be read"},
               {"F8_E8M0", "[1]", 1, "dtype \"F8_E8M0\" is not one that can be read"},
               {"F6_E2M3", "[4]", 3, "dtype \"F6_E2M3\" is not one that can be read"},
               {"F6_E3M2", "[8]", 6, "dtype \"F6_E3M2\" is not one that can be read"},
               {"F4", "[2,3]", 3, "dtype \"F4\" is not one that can be read"},
               {"C64", "[]", 8, "dtype \"C64\" is not one that can be read"},
               {"Q5_K", "[256]", 176, "dtype \"Q5_K\" is not one that can be read"},
               {"U64", "[2]", 16, "element 0 is not a value of int64 (U64)"},
               {"I8", "[1,1,1,1,1,1,1,1,2]", 2, "shape has 9 dims, at most 8 can be read"}};
  std::string header = R"({"first":{"dtype":"I8","shape":[1],"data_offsets":[0,1]})", data = "\x07";
  std::map<std::string, std::string> expected;
  for (const auto& row : table) {
    header += ",\"" + row.dtype + R"(":{"dtype":")" + row.dtype + R"(","shape":)" + row.shape +
              R"(,"data_offsets":[)" + std::to_string(data.size()) + ',' +
              std::to_string(data.size() + row.bytes) + "]}";
    data += std::string(row.bytes, '\xff');
    expected[row.dtype] = row.reason;
  }
  header += R"(,"last":{"dtype":"I8","shape":[1],"data_offsets":[)" + std::to_string(data.size()) + ',' +
            std::to_string(data.size() + 1) + "]}}";
  write_file(path, with_length(header, data + "\x09"));
  const SafetensorsFile file = load_safetensors(path);
  CHECK(file.unreadable == expected);
  REQUIRE(file.tensors.size() == 2);
  CHECK(equal(find(file, "first"), tensor({7})));
  CHECK(equal(find(file, "last"), tensor({9})));
}

TEST_CASE("a tensor or a name that cannot be saved is refused before the file is opened") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  const std::string at = "[save_safetensors] " + path.string() + ": ";
  const struct {
    NamedTensors tensors;
    std::string reason;
  } table[] = {
      {{{"w", Tensor()}}, "tensor \"w\" is undefined"},
      {{{"__metadata__", ones({1})}}, "a tensor cannot be called \"__metadata__\""},
      {{{"w", ones({1})}, {"w", ones({2})}}, "two tensors are called \"w\""},
      {{{"\xff", ones({1})}},
       "no reader would take the names, shapes and metadata: the header is not UTF-8: error at byte 3"}};
  for (const auto& [tensors, reason] : table) {
    CHECK_THROWS_WITH_AS(save_safetensors(path, tensors), (at + reason).c_str(), std::runtime_error);
  }
  CHECK_THROWS_WITH_AS(save_safetensors("/nowhere/x", {}),
                       "[save_safetensors] /nowhere/x: cannot be written: No such file or directory",
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(save_safetensors("/dev/null", {}),
                       "[save_safetensors] /dev/null: is not a regular file", std::runtime_error);
  CHECK(folder.files() == 0);
}
