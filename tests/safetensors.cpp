#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/io/atomic_file.hpp>
#include <xgrad/core/io/safetensors.hpp>

#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

/// A directory of its own for each test, gone with it.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("xgrad_safetensors_" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator{}));
  }
};

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string with_length(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

/// A file of one tensor "w" with `bytes` zeros of data.
std::string one(const std::string& body, std::size_t bytes = 0) {
  return with_length(R"({"w":)" + body + "}", std::string(bytes, '\0'));
}

/// Two tensors, "a" and "b", of four float32 each.
std::string two(const std::string& a, const std::string& b, std::size_t bytes) {
  return with_length(R"({"a":)" + entry("F32", "[4]", a) + R"(,"b":)" + entry("F32", "[4]", b) + "}",
                     std::string(bytes, '\0'));
}

Tensor find(const SafetensorsFile& file, const std::string& name) {
  for (const auto& [key, value] : file.tensors) {
    if (key == name) return value;
  }
  FAIL("no tensor " << name);
  return {};
}

}  // namespace

TEST_CASE("a file that Python wrote: every dtype, in the header's order") {
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

TEST_CASE("what is saved is read back: views, 0-d, empty, every dtype, names and metadata") {
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

TEST_CASE("broken files are refused with their reason") {
  const std::string fine = entry("F32", "[2]", "[0,8]");
  const struct {
    std::string bytes, reason;
  } table[] = {
      {"", "has 0 bytes, too few for the 8 bytes of header length"},
      {"1234567", "has 7 bytes, too few for the 8 bytes of header length"},
      {std::string("\x01\xe1\xf5\x05\0\0\0\0", 8),
       "a header of 100000001 bytes is over the limit of 100000000 bytes"},
      {std::string(8, '\xff'), "a header of 18446744073709551615 bytes is over the limit of 100000000 bytes"},
      {std::string("\x05\0\0\0\0\0\0\0{}", 10),
       "the header is cut short: 5 bytes are announced, 2 are there"},
      {with_length(""), "the header is not JSON: error at byte 1"},
      {with_length("{\"w\":"), "the header is not JSON: error at byte 6"},
      {with_length("{} x"), "the header is not JSON: error at byte 4"},
      {with_length("{\"\xff\":1}"), "the header is not JSON: error at byte 3"},
      {with_length("[1e999]"), "the header has a number that is too large, at byte 6"},
      {one(entry("F32", std::string(100000, '['), "[0,8]")), "the header is nested too deep"},
      {with_length(R"({"\u001b[2J":1})"), "tensor \"\\u001b[2J\": is not an object but number"},
      {one(entry("F32", '"' + std::string(1000, 'x') + '"', "[0,8]")),
       "tensor \"w\": shape is not an array of integers from 0 up but \"" + std::string(59, 'x') + "..."},
      {with_length("[1]"), "the header is not a JSON object but array"},
      {with_length("null"), "the header is not a JSON object but null"},
      {with_length(R"({"w":)" + fine + R"(,"w":)" + fine + "}"), "the key \"w\" appears twice in the header"},
      {one(R"({"dtype":"F32","dtype":"F64"})"), "the key \"dtype\" appears twice in the header"},
      {with_length(R"({"__metadata__":3})"), "__metadata__ is not an object but number"},
      {with_length(R"({"__metadata__":{"a":1}})"), "__metadata__ \"a\" is not a string but number"},
      {one("[]"), "tensor \"w\": is not an object but array"},
      {one(R"({"shape":[2],"data_offsets":[0,8]})", 8), "tensor \"w\": has no dtype"},
      {one(R"({"dtype":"F32","data_offsets":[0,8]})", 8), "tensor \"w\": has no shape"},
      {one(R"({"dtype":"F32","shape":[2]})", 8), "tensor \"w\": has no data_offsets"},
      {one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1})", 8),
       "tensor \"w\": has an unknown key \"extra\""},
      {one(R"({"dtype":4,"shape":[2],"data_offsets":[0,8]})", 8),
       "tensor \"w\": dtype is not a string but number"},
      {one(entry("F8_E4M3", "[8]", "[0,8]"), 8),
       "tensor \"w\": dtype \"F8_E4M3\" is not one that can be read"},
      {one(entry("F32", "2", "[0,8]"), 8), "tensor \"w\": shape is not an array of integers from 0 up but 2"},
      {one(entry("F32", "[-2]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [-2]"},
      {one(entry("F32", "[2.0]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [2.0]"},
      {one(entry("F32", "[\"2\"]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [\"2\"]"},
      {one(entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 8),
       "tensor \"w\": shape has 9 dims, at most 8 can be read"},
      {one(entry("F32", "[18446744073709551615]", "[0,8]"), 8),
       "tensor \"w\": shape [18446744073709551615] has more elements than can be counted"},
      {one(entry("F32", "[4294967296,4294967296]", "[0,0]")),
       "tensor \"w\": shape [4294967296,4294967296] has more elements than can be counted"},
      {one(entry("F32", "[4611686018427387904,4,0]", "[0,0]")),
       "tensor \"w\": shape [4611686018427387904,4,0] has more elements than can be counted"},
      {one(entry("F32", "[2]", "[0]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [0]"},
      {one(entry("F32", "[2]", "[-8,0]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [-8,0]"},
      {one(entry("F32", "[2]", "{}"), 8), "tensor \"w\": data_offsets are not two integers from 0 up but {}"},
      {one(entry("F32", "[2]", "[8,0]"), 8), "tensor \"w\": data begins at 8 and ends before, at 0"},
      {one(entry("F32", "[2]", "[0,4]"), 4),
       "tensor \"w\": data_offsets [0, 4] hold 4 bytes, but F32 (2,) needs 8"},
      {one(entry("F32", "[0,5]", "[0,4]"), 4),
       "tensor \"w\": data_offsets [0, 4] hold 4 bytes, but F32 (0, 5) needs 0"},
      {one(entry("I16", "[]", "[0,8]"), 8),
       "tensor \"w\": data_offsets [0, 8] hold 8 bytes, but I16 () needs 2"},
      {one(entry("F32", "[2]", "[4,12]"), 12),
       "tensor \"w\": a hole in the data: bytes 0 to 4 belong to no tensor"},
      {two("[0,16]", "[20,36]", 36), "tensor \"b\": a hole in the data: bytes 16 to 20 belong to no tensor"},
      {two("[0,16]", "[0,16]", 16), "tensor \"b\": data at 0 overlaps another tensor's, which ends at 16"},
      {two("[12,28]", "[0,16]", 28), "tensor \"a\": data at 12 overlaps another tensor's, which ends at 16"},
      {two("[0,16]", "[16,32]", 31),
       "tensor \"b\": the file is too short: data ends at 32, but only 31 bytes follow the header"},
      {two("[0,16]", "[16,32]", 35), "the file is too long: 3 bytes after the last tensor's data"},
      {with_length("{}", "x"), "the file is too long: 1 bytes after the last tensor's data"},
      {with_length(R"({"w":)" + entry("BOOL", "[2]", "[0,2]") + "}", "\x01\x02"),
       "tensor \"w\": element 1 is not a value of boolean (BOOL)"},
      {with_length(R"({"w":)" + entry("U64", "[2]", "[0,16]") + "}", std::string(15, '\0') + "\x80"),
       "tensor \"w\": element 1 is not a value of int64 (U64)"},
  };
  const Folder folder;
  const fs::path path = folder.path / "broken.safetensors";
  for (const auto& [bytes, reason] : table) {
    CAPTURE(reason);
    write_file(path, bytes);
    const std::string text = "[load_safetensors] " + path.string() + ": " + reason;
    CHECK_THROWS_WITH_AS(load_safetensors(path), text.c_str(), std::runtime_error);
  }
  CHECK_THROWS_WITH_AS(load_safetensors("/nowhere/x"),
                       "[load_safetensors] /nowhere/x: cannot be read: No such file or directory",
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(load_safetensors(folder.path),
                       ("[load_safetensors] " + folder.path.string() + ": is a directory").c_str(),
                       std::runtime_error);
}

TEST_CASE("a file cut anywhere, or with any byte of its header changed, is refused or read; never a crash") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  save_safetensors(path, {{"a", arange(3)}, {"b", ones({2, 2})}}, {{"k", "v"}});
  const std::string whole = read_file(path);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    write_file(path, whole.substr(0, cut));
    CHECK_THROWS_AS(load_safetensors(path), std::runtime_error);
  }
  const std::size_t header_end = whole.size() - 40;
  int read = 0;
  for (std::size_t at = 0; at < header_end; ++at) {
    for (const char byte : {'\0', '0', '9', '"', '}', '\x80'}) {
      std::string changed = whole;
      changed[at] = byte;
      write_file(path, changed);
      try {
        load_safetensors(path);
        ++read;
      } catch (const std::runtime_error&) {
      }
    }
  }
  CHECK(read > 0);  // another name, another string
}

TEST_CASE("what cannot be saved is refused before a file is touched") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  const std::string at = "[save_safetensors] " + path.string() + ": ";
  const struct {
    NamedTensors tensors;
    std::string reason;
  } table[] = {{{{"w", Tensor()}}, "tensor \"w\" is undefined"},
               {{{"__metadata__", ones({1})}}, "a tensor cannot be called \"__metadata__\""},
               {{{"w", ones({1})}, {"w", ones({2})}}, "two tensors are called \"w\""},
               {{{"\xff", ones({1})}}, "a name or a string of the metadata is not UTF-8"}};
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

TEST_CASE("a full disk leaves the older file as it was, and no other behind") {
  const Folder folder;
  const fs::path path = folder.path / "x.safetensors";
  save_safetensors(path, {{"w", arange(4)}});
  const std::string before = read_file(path);

  const auto old_handler =
      ::signal(SIGXFSZ, SIG_IGN);  // so that a write beyond the limit fails like a full disk
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit small{4096, old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string text;
  try {
    save_safetensors(path, {{"w", zeros({5000})}});
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);

  CHECK(text == "[save_safetensors] " + path.string() + ": cannot be written: File too large");
  CHECK(read_file(path) == before);
  CHECK(folder.files() == 1);
}

TEST_CASE("a program that ends while it writes leaves the older file, and no other behind") {
  const Folder folder;
  const int nameless = ::open(folder.path.c_str(), O_TMPFILE | O_WRONLY, 0600);
  if (nameless < 0) return;  // this file system has no files without a name
  ::close(nameless);
  const fs::path path = folder.path / "x";
  write_file(path, "old");
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file("test", path);
    file.write("new", 3);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(read_file(path) == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("links stay and permissions are handed on") {
  const Folder folder;
  const fs::path target = folder.path / "target", link = folder.path / "link";
  const mode_t old_mask = ::umask(027);
  save_safetensors(target, {{"w", arange(4)}});
  ::umask(old_mask);
  CHECK(fs::status(target).permissions() == static_cast<fs::perms>(0640));

  fs::permissions(target, static_cast<fs::perms>(0604));
  fs::create_symlink("target", link);
  save_safetensors(link, {{"w", arange(5)}});
  CHECK(fs::is_symlink(link));
  CHECK(load_safetensors(target).tensors[0].second.numel() == 5);
  CHECK(fs::status(target).permissions() == static_cast<fs::perms>(0604));

  fs::remove(target);  // a link to nothing yet
  save_safetensors(link, {{"w", arange(6)}});
  CHECK(fs::is_symlink(link));
  CHECK(load_safetensors(target).tensors[0].second.numel() == 6);

  const fs::path old_directory = fs::current_path();
  fs::current_path(folder.path);
  save_safetensors("relative", {{"w", arange(7)}});
  fs::current_path(old_directory);
  CHECK(load_safetensors(folder.path / "relative").tensors[0].second.numel() == 7);
}
