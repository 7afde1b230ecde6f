// Broken safetensors files.

#include <functional>

#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

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

}  // namespace

TEST_CASE("broken files are refused with their reason") {
  const std::string fine = entry("F32", "[2]", "[0,8]");
  const struct {
    std::string bytes, reason;
  } table[] = {
      {"", "has 0 bytes, too few for the 8 bytes of header length"},
      {"1234567", "has 7 bytes, too few for the 8 bytes of header length"},
      {std::string("\x01\xe1\xf5\x05\0\0\0\0", 8),
       "a header of 100000001 bytes is over the limit of 100000000 bytes; is it a safetensors file?"},
      {std::string(8, '\xff'),
       "a header of 18446744073709551615 bytes is over the limit of 100000000 bytes; is it a safetensors "
       "file?"},
      {std::string("\x05\0\0\0\0\0\0\0{}", 10),
       "the header is cut short: 5 bytes are announced, 2 are there"},
      {with_length(""), "the header is not JSON: error at byte 1"},
      {with_length("{\"w\":"), "the header is not JSON: error at byte 6"},
      {with_length("{} x"), "the header is not JSON: error at byte 4"},
      {with_length("{\"\xff\":1}"), "the header is not UTF-8: error at byte 3"},
      {with_length("{\"\xc0\x80\":1}"), "the header is not UTF-8: error at byte 3"},
      {with_length("{\"a\x01\":1}"), "the header is not JSON: error at byte 4"},
      {with_length(R"({"\ud800":1})"), "the header is not JSON: error at byte 9"},
      {with_length(R"({"__metadata__":{},})"), "the header is not JSON: error at byte 20"},
      {with_length("{'w':1}"), "the header is not JSON: error at byte 2"},
      {with_length("{/**/}"), "the header is not JSON: error at byte 2"},
      {one(entry("F32", "[02]", "[0,8]"), 8), "the header is not JSON: error at byte 31"},
      {one(entry("F32", "[NaN]", "[0,8]"), 8), "the header is not JSON: error at byte 30"},
      {with_length("{\"w\":{\"shape\":[1e999]}}"), "the header has a number that is too large, at byte 20"},
      {one(entry("F32", std::string(100000, '['), "[0,8]")), "the header is nested too deep"},
      {with_length(R"({"\u001b[2J":1})"), "tensor \"\\u001b[2J\": is not an object but number"},
      {one(entry("F32", '"' + std::string(1000, 'x') + '"', "[0,8]")),
       "tensor \"w\": shape is not an array of integers from 0 up but \"" + std::string(59, 'x') + "..."},
      {with_length("[1]"), "the header is not a JSON object but array"},
      {with_length("null"), "the header is not a JSON object but null"},
      {with_length(" {}"), "the header does not begin with {"},
      {with_length("\xef\xbb\xbf{}"), "the header does not begin with {"},
      {with_length(std::string("{}\0{\"a", 6)), "the header contains a NUL character"},
      {with_length("{\"" + std::string(1000, 'x') + "\":1}"),
       "tensor \"" + std::string(59, 'x') + "...: is not an object but number"},
      {with_length("{\"" + std::string(58, 'x') + "\u00e9\u00e9\":1}"),
       "tensor \"" + std::string(58, 'x') + "...: is not an object but number"},
      {with_length(R"({"w":)" + fine + R"(,"w":)" + fine + "}"), "the key \"w\" appears twice in the header"},
      {one(R"({"dtype":"F32","dtype":"F64"})"), "the key \"dtype\" appears twice in the header"},
      {with_length(R"({"__metadata__":null,"__metadata__":null})"),
       "the key \"__metadata__\" appears twice in the header"},
      {with_length(R"({"__metadata__":{"a":"1","b":"2","a":"1"}})"),
       "the key \"a\" appears twice in the header"},
      {with_length(R"({"__metadata__":[]})"), "__metadata__ is not an object but array"},
      {with_length(R"({"w":null})"), "tensor \"w\": is not an object but null"},
      {with_length(R"({"__metadata__":{"a":null}})"), "__metadata__ \"a\" is not a string but null"},
      {with_length(R"({"__metadata__":3})"), "__metadata__ is not an object but number"},
      {with_length(R"({"__metadata__":{"a":1}})"), "__metadata__ \"a\" is not a string but number"},
      {one("[]"), "tensor \"w\": is not an object but array"},
      {one(R"({"shape":[2],"data_offsets":[0,8]})", 8), "tensor \"w\": has no dtype"},
      {one(R"({"dtype":"F32","data_offsets":[0,8]})", 8), "tensor \"w\": has no shape"},
      {one(R"({"dtype":"F32","shape":[2]})", 8), "tensor \"w\": has no data_offsets"},
      {one(R"({"dtype":4,"shape":[2],"data_offsets":[0,8]})", 8),
       "tensor \"w\": dtype is not a string but number"},
      {one(entry("F8_E4M3", "[8]", "[0,4]"), 4),
       "tensor \"w\": data_offsets [0, 4] hold 4 bytes, but 8 elements of F8_E4M3 need 8"},
      {one(entry("C64", "[2]", "[0,8]"), 8),
       "tensor \"w\": data_offsets [0, 8] hold 8 bytes, but 2 elements of C64 need 16"},
      {one(entry("F4", "[4, 4]", "[0,16]"), 16),
       "tensor \"w\": data_offsets [0, 16] hold 16 bytes, but 16 elements of F4 need 8"},
      {one(entry("F4", "[3, 5]", "[0,8]"), 8), "tensor \"w\": shape [3,5] of F4 does not fill its last byte"},
      {one(entry("F6_E2M3", "[6]", "[0,5]"), 5),
       "tensor \"w\": shape [6] of F6_E2M3 does not fill its last byte"},
      {one(entry("Q3", "[8]", "[0,9]"), 8),
       "tensor \"w\": the file is too short: data ends at 9, but only 8 bytes follow the header"},
      {one(entry("Q3", "[8]", "[1,8]"), 8),
       "tensor \"w\": a hole in the data: bytes 0 to 1 belong to no tensor"},
      {one(entry("Q3", "[-8]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [-8]"},
      {one(entry("F32", "2", "[0,8]"), 8), "tensor \"w\": shape is not an array of integers from 0 up but 2"},
      {one(entry("F32", "[-2]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [-2]"},
      {one(entry("F32", "[2.0]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [2.0]"},
      {one(entry("F32", "[\"2\"]", "[0,8]"), 8),
       "tensor \"w\": shape is not an array of integers from 0 up but [\"2\"]"},
      {one(entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,4]"), 4),
       "tensor \"w\": data_offsets [0, 4] hold 4 bytes, but 2 elements of F32 need 8"},
      {one(entry("F32", "[1,1,1,1,1,1,1,1,4294967296,4294967296]", "[0,8]"), 8),
       "tensor \"w\": shape [1,1,1,1,1,1,1,1,4294967296,4294967296] has more elements than can be counted"},
      {one(entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 9),
       "the file is too long: 1 bytes after the last tensor's data"},
      {one(entry("F32", "[18446744073709551615]", "[0,8]"), 8),
       "tensor \"w\": shape [18446744073709551615] has more elements than can be counted"},
      {one(entry("F32", "[4294967296,4294967296]", "[0,0]")),
       "tensor \"w\": shape [4294967296,4294967296] has more elements than can be counted"},
      {one(entry("F32", "[4611686018427387904,4,0]", "[0,0]")),
       "tensor \"w\": shape [4611686018427387904,4,0] has more elements than can be counted"},
      {one(entry("F32", "[2]", "[0]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [0]"},
      {one(entry("F32", "[2]", "[0,4,8]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [0,4,8]"},
      {one(entry("F32", "[2]", "[0,8.0]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [0,8.0]"},
      {one(entry("F32", "[2]", R"(["0","8"])"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [\"0\",\"8\"]"},
      {one(entry("F32", "[2]", "[0,18446744073709551624]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [0,18446744073709551624]"},
      {one(entry("F32", "[2]", "[18446744073709551608,18446744073709551615]"), 8),
       "tensor \"w\": data_offsets [18446744073709551608, 18446744073709551615] hold 7 bytes, but 2 elements "
       "of "
       "F32 need 8"},
      {one(entry("F32", "[-0]", "[0,0]")),
       "tensor \"w\": shape is not an array of integers from 0 up but [0]"},
      {one(entry("F32", "[2]", "[-8,0]"), 8),
       "tensor \"w\": data_offsets are not two integers from 0 up but [-8,0]"},
      {one(entry("F32", "[2]", "{}"), 8), "tensor \"w\": data_offsets are not two integers from 0 up but {}"},
      {one(entry("F32", "[2]", "[8,0]"), 8), "tensor \"w\": data begins at 8 and ends before, at 0"},
      {one(entry("F32", "[2]", "[0,4]"), 4),
       "tensor \"w\": data_offsets [0, 4] hold 4 bytes, but 2 elements of F32 need 8"},
      {one(entry("F32", "[0,5]", "[0,4]"), 4),
       "tensor \"w\": data_offsets [0, 4] hold 4 bytes, but 0 elements of F32 need 0"},
      {one(entry("I16", "[]", "[0,8]"), 8),
       "tensor \"w\": data_offsets [0, 8] hold 8 bytes, but 1 elements of I16 need 2"},
      {one(entry("F32", "[2]", "[4,12]"), 12),
       "tensor \"w\": a hole in the data: bytes 0 to 4 belong to no tensor"},
      {two("[0,16]", "[20,36]", 36), "tensor \"b\": a hole in the data: bytes 16 to 20 belong to no tensor"},
      {two("[0,16]", "[0,16]", 16), "tensor \"b\": data at 0 overlaps another tensor's, which ends at 16"},
      {two("[12,28]", "[0,16]", 28), "tensor \"a\": data at 12 overlaps another tensor's, which ends at 16"},
      {two("[0,16]", "[16,32]", 31),
       "tensor \"b\": the file is too short: data ends at 32, but only 31 bytes follow the header"},
      {two("[0,16]", "[16,32]", 35), "the file is too long: 3 bytes after the last tensor's data"},
      {with_length(
           R"({"a":)" + entry("F32", "[4]", "[0,16]") + R"(,"b":)" + entry("F32", "[0]", "[8,8]") + "}",
           std::string(16, '\0')),
       "tensor \"b\": data at 8 overlaps another tensor's, which ends at 16"},
      {with_length("{}", "x"), "the file is too long: 1 bytes after the last tensor's data"},
      {with_length(R"({"w":)" + entry("BOOL", "[2]", "[0,2]") + "}", "\x01\x02"),
       "tensor \"w\": element 1 is not a value of boolean (BOOL)"},
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

TEST_CASE("the length of a header bounds the memory and time of reading it") {
  const auto repeated = [](std::size_t times, const std::function<std::string(std::size_t)>& part) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all.append(i ? "," : "").append(part(i));
    return all;
  };
  const Folder folder;
  const fs::path path = folder.path / "large.safetensors";
  const auto refusal = [&](const std::string& header) {
    write_file(path, with_length(header));
    try {
      load_safetensors(path);
    } catch (const std::runtime_error& error) {
      return std::string(error.what())
          .substr(std::string("[load_safetensors] : ").size() + path.string().size());
    }
    return std::string("none");
  };
  const auto pair = [](std::size_t i) { return '"' + std::to_string(i) + "\":\"\""; };
  CHECK(refusal(R"({"__metadata__":{)" + repeated(1'000'000, pair) + "}}") == "none");
  CHECK(refusal(R"({"__metadata__":{)" + repeated(1'000'001, pair) + "}}") ==
        "__metadata__ is over the limit of 1000000 strings");
  const auto one = [](std::size_t) { return std::string("1"); };
  CHECK(
      refusal(R"({"w":{"dtype":"F32","shape":[)" + repeated(1'000'000, one) + R"(],"data_offsets":[0]}})") ==
      "tensor \"w\": data_offsets are not two integers from 0 up but [0]");
}

TEST_CASE("a file that is cut anywhere, or has a changed byte in its header, never causes a crash") {
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
