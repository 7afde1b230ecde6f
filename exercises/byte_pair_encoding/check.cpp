#include <map>
#include <stdexcept>
#include <utility>

#include "judge.hpp"

using Tokens = std::vector<int>;
using Merges = std::vector<std::pair<int, int>>;

#include STUDENT

std::string text_of(const Tokens& tokens) {
  std::string text;
  for (const int token : tokens) text += (text.empty() ? "" : " ") + std::to_string(token);
  return text.empty() ? "nothing" : text;
}

std::string text_of(const Merges& merges) {
  std::string text;
  for (const auto& [a, b] : merges) text += "(" + std::to_string(a) + ", " + std::to_string(b) + ") ";
  return text.empty() ? "nothing" : text.substr(0, text.size() - 1);
}

template <class List>
void compare(const List& yours, const List& ours, const std::string& what) {
  Judge::must(yours == ours, what, " must give ", text_of(ours), ", yours gives ", text_of(yours));
}

void there_and_back(const std::string& text, const Merges& merges, const std::string& what) {
  Judge::must(bpe_decode(bpe_encode(text, merges), merges) == text, what,
              " is another text after encoding and decoding");
}

const std::string example = "aaabdaaabac";
const Merges example_merges{{97, 97}, {97, 98}, {256, 257}};

void checks(Judge& judge) {
  judge.that("train",
             [] { compare(bpe_train(example, 3), example_merges, "\"aaabdaaabac\" with 3 merges"); });
  judge.that("encode", [] {
    compare(bpe_encode(example, example_merges), Tokens{258, 100, 258, 97, 99}, "\"aaabdaaabac\"");
  });
  judge.that("decode", [] {
    const std::string text = bpe_decode({258, 100, 258, 97, 99}, example_merges);
    Judge::must(text == example, "258 100 258 97 99 must give \"aaabdaaabac\", yours gives \"", text, "\"");
  });
  judge.that("training stops", [] {
    compare(bpe_train("abcab", 9), Merges{{97, 98}}, "\"abcab\", where only ab is found twice,");
    compare(bpe_train("", 9), Merges{}, "training on an empty text");
    compare(bpe_train("aaaa", 0), Merges{}, "training with a count of 0");
  });
  judge.that("of equal counts", [] {
    compare(bpe_train("zyzy..baba", 1), Merges{{98, 97}}, "\"zyzy..baba\", where ba and zy are found twice,");
  });
  judge.that("a pair of one token with itself", [] {
    compare(bpe_encode("aaaaa", {{97, 97}}), Tokens{256, 256, 97}, "\"aaaaa\" with the merge aa");
    compare(bpe_train("aaa", 2), Merges{{97, 97}}, "\"aaa\", where aa is found twice,");
  });
  judge.that("the order of merges", [] {
    // bc was taught first, so abc is a and bc
    compare(bpe_encode("abc", {{98, 99}, {97, 98}}), Tokens{97, 256}, "\"abc\" with the merges bc, then ab");
  });
  judge.that("all bytes", [] {
    compare(bpe_encode("\xc3\xa9", {}), Tokens{195, 169}, "\"é\" without merges");
    std::string bytes;
    for (int i = 0; i < 512; ++i) bytes += static_cast<char>(i);
    there_and_back(bytes, bpe_train(bytes, 20), "a text of all 256 bytes, with 0,");
    compare(bpe_encode("", example_merges), Tokens{}, "an empty text");
    there_and_back("unseen: na\xc3\xafve", example_merges, "a text that was not trained on");
  });
  judge.that("unknown tokens", [] {
    for (const int token : {259, -1}) {
      const Tokens tokens{97, token};
      Judge::must_throw<std::invalid_argument>([&] { bpe_decode(tokens, example_merges); },
                                               "with 3 merges, token " + std::to_string(token));
    }
  });
}
