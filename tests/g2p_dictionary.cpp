// examples/g2p: the dictionary, its split, and the error rates.

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "g2p/dictionary.hpp"
#include "g2p/error_rate.hpp"
#include "safetensors_files.hpp"
#include "support.hpp"

using namespace g2p;
using xgrad::Folder;

namespace {

const std::string words_path = std::string(XGRAD_GOLDEN_DIR) + "/words.dict";

Dictionary dictionary_of(const Folder& folder, const std::string& text) {
  xgrad::write_file(folder.path / "d", text);
  return read_dictionary(folder.path / "d");
}

Tokens tokens_of(const std::string& word) { return {word.begin(), word.end()}; }

}  // namespace

TEST_CASE("a dictionary has words in lower case with all their pronunciations, and no comments") {
  const Folder folder;
  const Dictionary d = dictionary_of(folder,
                                     ";;; a comment\n\nA AH0\nread R EH1 D\r\nRECORD\tR AH0 K  # a noun\n"
                                     "read(2) R IY1 D\na(2) EY1\na(3) AH0\n(a B\n'tis T IH Z");
  REQUIRE(d.words.size() == 5);
  CHECK(d.words[0].spelling == "a");
  CHECK(d.words[0].pronunciations == std::vector<std::string>{"AH0", "EY1"});  // the third is the first
  CHECK(d.words[1].spelling == "read");
  CHECK(d.words[1].pronunciations == std::vector<std::string>{"R EH1 D", "R IY1 D"});
  CHECK(d.words[2].pronunciations == std::vector<std::string>{"R AH0 K"});
  CHECK(d.words[3].spelling == "(a");
  CHECK(d.letters.text() == "' ( a c d e i o r s t");
  CHECK(d.phonemes.text() == "AH0 B D EH1 EY1 IH IY1 K R T Z");
}

TEST_CASE("symbols are numbers and come back from their text") {
  const Symbols symbols({"b", "a"});
  CHECK(symbols.size() == 3);
  CHECK(symbols.spell("aba") == Tokens{1, 2, 1});
  CHECK(symbols.numbers("b a") == Tokens{2, 1});
  CHECK(symbols.names({2, 1}) == "b a");
  CHECK(symbols.names({}).empty());
  CHECK(Symbols::parse(symbols.text()).spell("ab") == Tokens{1, 2});
  CHECK_THROWS_TEXT(symbols.spell("abc"), "the model does not know 'c' of abc; it knows a b");
  CHECK_THROWS_TEXT(symbols.numbers("a AH"), "the model does not know 'AH' of a AH; it knows a b");
}

TEST_CASE("a broken dictionary is refused with its file and line") {
  const Folder folder;
  const std::string path = (folder.path / "d").string();
  const auto refusal = [&](const std::string& text) {
    return xgrad::thrown_text([&] { dictionary_of(folder, text); });
  };
  CHECK(refusal("a EY\nb\n") == path + ":2: 'b' has no phonemes");
  CHECK(refusal("a EY\nb # B IY\n") == path + ":2: 'b' has no phonemes");
  CHECK(refusal("a(x) EY") == path + ":1: '(x)' is not the number of a pronunciation, such as (2)");
  CHECK(refusal("\n\na() EY") == path + ":3: '()' is not the number of a pronunciation, such as (2)");
  CHECK(refusal("a(2 EY") == path + ":1: '(2' is not the number of a pronunciation, such as (2)");
  CHECK(refusal("d\xc3\xa9j\xc3\xa0 D EY") == path + ":1: the word has a letter that is not ASCII");
  CHECK(refusal("a E\xc3\xa9") == path + ":1: a phoneme has a character that is not ASCII");
  CHECK(refusal("") == path + " has no words");
  CHECK(refusal(";;; only this\n") == path + " has no words");
  CHECK_THROWS_TEXT(read_dictionary("/none/such"), "cannot read /none/such: No such file or directory");
  CHECK_THROWS_TEXT(read_dictionary(folder.path), "cannot read " + folder.path.string() + ": Is a directory");
}

TEST_CASE("fnv1a is the published hash") {
  // from the test vectors of Noll's reference implementation
  CHECK(fnv1a("") == 0xcbf29ce484222325U);
  CHECK(fnv1a("a") == 0xaf63dc4c8601ec8cU);
  CHECK(fnv1a("foobar") == 0x85944171f73967e8U);
}

TEST_CASE("the split is a function of the spelling, and its parts are disjoint") {
  // by a computation in Python
  for (const char* word : {"of", "to", "record", "bat", "rat", "bet"})
    CHECK(part_of(word) == Part::validation);
  for (const char* word : {"read", "train", "met", "note", "vote"}) CHECK(part_of(word) == Part::test);
  for (const char* word : {"the", "and", "in", "tape", "autograd"}) CHECK(part_of(word) == Part::training);

  const Dictionary d = read_dictionary(words_path);
  std::size_t count = 0;
  for (const Part part : {Part::training, Part::validation, Part::test}) {
    for (const Word& word : d.part(part)) CHECK(part_of(word.spelling) == part);
    count += d.part(part).size();
  }
  CHECK(count == d.words.size());
  CHECK(count == 40);
  REQUIRE(d.part(Part::validation).size() == 4);
  CHECK(d.part(Part::validation).back().pronunciations.size() == 3);  // record(2) and record(3) stay with it

  std::array<int, 3> sizes{};
  for (int i = 0; i < 20000; ++i) ++sizes[static_cast<std::size_t>(part_of("word" + std::to_string(i)))];
  // 90 %, 5 % and 5 %, within five standard deviations of a binomial distribution
  CHECK(sizes[1] == doctest::Approx(1000).epsilon(0.155));
  CHECK(sizes[2] == doctest::Approx(1000).epsilon(0.155));
}

TEST_CASE("the edit distance counts insertions, deletions and substitutions") {
  CHECK(edit_distance(tokens_of("kitten"), tokens_of("sitting")) == 3);
  CHECK(edit_distance(tokens_of("flaw"), tokens_of("lawn")) == 2);
  CHECK(edit_distance(tokens_of("abc"), tokens_of("abc")) == 0);
  CHECK(edit_distance({}, tokens_of("abc")) == 3);
  CHECK(edit_distance(tokens_of("abc"), {}) == 3);
  CHECK(edit_distance({}, {}) == 0);
}

TEST_CASE("error rates count the closest listed pronunciation") {
  ErrorRate rate;
  CHECK(rate.of_words() == 0);
  CHECK(rate.of_phonemes() == 0);
  rate.add(tokens_of("abc"), {tokens_of("xbc"), tokens_of("abc")});   // right, 3 phonemes
  rate.add(tokens_of("abc"), {tokens_of("xyzw"), tokens_of("abd")});  // 1 of 3
  rate.add(tokens_of("ab"), {tokens_of("abc"), tokens_of("a")});      // 1 of the shorter: 1 of 1
  rate.add({}, {tokens_of("ab")});                                    // 2 of 2
  CHECK(rate.words == 4);
  CHECK(rate.wrong_words == 3);
  CHECK(rate.edits == 4);
  CHECK(rate.phonemes == 9);
  CHECK(rate.of_words() == 0.75);
  CHECK(rate.of_phonemes() == doctest::Approx(4.0 / 9));
}
