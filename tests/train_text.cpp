// The text that examples/train_transformer trains on.

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "support.hpp"
#include "text.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

const std::string passage_path = std::string(XGRAD_GOLDEN_DIR) + "/text.txt";
const Tensor& numbers(const std::string& key) { return golden("text", key); }

std::u32string points(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }

// A temporary file.
struct File {
  explicit File(const std::string& bytes)
      : path(std::filesystem::temp_directory_path() / "xgrad_train_text.txt") {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~File() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::string read_and_name(const std::string& bytes) {
  const File file(bytes);
  return thrown_text([&] { static_cast<void>(read_text(file.path, "the training text")); });
}

}  // namespace

TEST_CASE("UTF-8 is read or refused like in Python") {
  const std::vector<std::int64_t> bytes = numbers("utf8/bytes").to_vector<std::int64_t>();
  const std::vector<std::int64_t> expected = numbers("utf8/points").to_vector<std::int64_t>();
  auto byte = bytes.begin();
  auto point = expected.begin();
  for (std::int64_t i = 0; i < numbers("utf8/lengths").numel(); ++i) {
    CAPTURE(i);
    const std::string string(byte, byte + numbers("utf8/lengths").select(0, i).item<std::int64_t>());
    byte += static_cast<std::ptrdiff_t>(string.size());
    const auto position = numbers("utf8/positions").select(0, i).item<std::int64_t>();
    if (position >= 0) {
      CHECK_THROWS_TEXT(decode_utf8(string, "it"), "at position " + std::to_string(position) + ", counted");
      continue;
    }
    const std::u32string text = decode_utf8(string, "it");
    REQUIRE(expected.end() - point >= static_cast<std::ptrdiff_t>(text.size()));
    CHECK(text == std::u32string(point, point + static_cast<std::ptrdiff_t>(text.size())));
    CHECK(encode_utf8(text) == string);
    point += static_cast<std::ptrdiff_t>(text.size());
  }
  CHECK(byte == bytes.end());
  CHECK(point == expected.end());
}

TEST_CASE("the error about a file that is not text names the file, the byte and its position") {
  const std::string name = (std::filesystem::temp_directory_path() / "xgrad_train_text.txt").string();
  const std::string no_text = "the training text " + name + " is not text in UTF-8: ";
  CHECK(read_and_name("") == "the training text " + name + " is empty: there is nothing to read");
  CHECK(read_and_name(std::string("ab\0cd", 5)) ==
        no_text + "byte 0x00 at position 2, counted from 0, is a NUL");
  CHECK(read_and_name("é\xff") ==
        no_text + "byte 0xFF at position 2, counted from 0, starts no valid character");
  // after the first part that is read
  CHECK(read_and_name(std::string(100000, 'a') + "\xE2\x82") ==
        no_text + "byte 0xE2 at position 100000, counted from 0, starts no valid character");
  CHECK_THROWS_TEXT(read_text("/nowhere/at all"), "cannot read /nowhere/at all: No such file or directory");
  CHECK(thrown_text([] { read_text("/dev/zero"); }) ==
        "cannot read /dev/zero: it is neither a regular file nor a pipe");
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK_THROWS_TEXT(read_text(folder), "cannot read " + folder + ": Is a directory");
}

TEST_CASE("a text is read from a file or a pipe, and not from a device without an end") {
  const File file("four");
  CHECK(read_text(file.path, "it", 4) == U"four");
  CHECK(thrown_text([&] { read_text(file.path, "it", 3); }) ==
        "cannot read " + file.path.string() + ": a text can have 3 bytes, and this one has more");

  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], "piped", 5) == 5);
  ::close(ends[1]);
  CHECK(read_text("/dev/fd/" + std::to_string(ends[0])) == U"piped");
  ::close(ends[0]);
}

TEST_CASE("the vocabulary is the text's characters in the order of their code points") {
  const std::u32string passage = read_text(passage_path);
  const Vocabulary vocabulary = Vocabulary::in(passage);
  CHECK(vocabulary.characters() == points(numbers("vocabulary").to_vector<std::int64_t>()));
  CHECK(vocabulary.size() == numbers("vocabulary").numel());

  const Vocabulary small = Vocabulary::in(U"b\n🐋aéb");
  CHECK(small.characters() == U"\nabé🐋");
  CHECK(small.tokens(U"a🐋\nb", "it") == std::vector<std::int64_t>{1, 4, 0, 2});
  CHECK(small.character(3) == U'é');
  CHECK(thrown_text([&] { static_cast<void>(small.tokens(U"acb\tcü", "--prompt")); }) ==
        "--prompt has characters that the training text does not have: 'c' (U+0063), U+0009, 'ü' (U+00FC)");
}

TEST_CASE("both parts of a text must be longer than the context") {
  const std::u32string characters(100, U'a');  // 90 and 10
  CHECK_NOTHROW(Text(characters, 9));
  CHECK(thrown_text([&] { Text(characters, 10); }) ==
        "the training text is too short: its parts, 90 characters to train on and 10 to validate, must both "
        "be longer than --context 10; take a longer text, or a --context up to 9");
  CHECK(thrown_text([&] { Text(U"abc", 1); }) ==
        "the training text is too short: its parts, 2 characters to train on and 1 to validate, must both be "
        "longer than --context 1; take a longer text");
}

TEST_CASE("batches equal PyTorch's windows of the training part") {
  const Text text(read_text(passage_path), 16);
  Generator generator(5);
  const Batch batch = text.next_batch(6, generator);
  CHECK(batch.tokens.shape() == Shape{6, 16});
  CHECK(equal(batch.tokens, numbers("tokens")));
  CHECK(equal(batch.targets, numbers("targets")));
  CHECK_FALSE(equal(text.next_batch(6, generator).tokens, batch.tokens));

  // The training part is 0 to 17. So windows start at 0 to 3, and the last target of the last one is 17.
  std::u32string alphabet;
  for (char32_t c = U'a'; alphabet.size() < 20; ++c) alphabet += c;
  const Text letters(alphabet, 1);
  std::set<std::int64_t> starts;
  const Batch many = letters.next_batch(1000, generator);
  CHECK(equal(many.targets, (many.tokens + 1).value()));
  for (const std::int64_t token : many.tokens.to_vector<std::int64_t>()) starts.insert(token);
  CHECK(starts.size() == 17);
  CHECK(*starts.begin() == 0);
  CHECK(*starts.rbegin() == 16);
}
