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
std::string compare(const List& yours, const List& ours, const std::string& what) {
  return yours == ours ? "" : what + " must give " + text_of(ours) + ", yours gives " + text_of(yours);
}

std::string there_and_back(const std::string& text, const Merges& merges, const std::string& what) {
  return bpe_decode(bpe_encode(text, merges), merges) == text
             ? ""
             : what + " is another text after encoding and decoding";
}

const std::string example = "aaabdaaabac";
const Merges example_merges{{97, 97}, {97, 98}, {256, 257}};

void checks(Judge& judge) {
  judge.that("train",
             [] { return compare(bpe_train(example, 3), example_merges, "\"aaabdaaabac\" with 3 merges"); });
  judge.that("encode", [] {
    return compare(bpe_encode(example, example_merges), Tokens{258, 100, 258, 97, 99}, "\"aaabdaaabac\"");
  });
  judge.that("decode", []() -> std::string {
    const std::string text = bpe_decode({258, 100, 258, 97, 99}, example_merges);
    return text == example ? "" : "258 100 258 97 99 must give \"aaabdaaabac\", yours gives \"" + text + "\"";
  });
  judge.that("training stops", [] {
    std::string problem =
        compare(bpe_train("abcab", 9), Merges{{97, 98}}, "\"abcab\", where only ab is found twice,");
    if (problem.empty()) problem = compare(bpe_train("", 9), Merges{}, "training on an empty text");
    return problem.empty() ? compare(bpe_train("aaaa", 0), Merges{}, "training with a count of 0") : problem;
  });
  judge.that("of equal counts", [] {
    return compare(bpe_train("zyzy..baba", 1), Merges{{98, 97}},
                   "\"zyzy..baba\", where ba and zy are found twice,");
  });
  judge.that("a pair of one token with itself", [] {
    std::string problem =
        compare(bpe_encode("aaaaa", {{97, 97}}), Tokens{256, 256, 97}, "\"aaaaa\" with the merge aa");
    if (!problem.empty()) return problem;
    return compare(bpe_train("aaa", 2), Merges{{97, 97}}, "\"aaa\", where aa is found twice,");
  });
  judge.that("the order of merges", [] {
    // bc was taught first, so abc is a and bc
    return compare(bpe_encode("abc", {{98, 99}, {97, 98}}), Tokens{97, 256},
                   "\"abc\" with the merges bc, then ab");
  });
  judge.that("all bytes", [] {
    std::string problem = compare(bpe_encode("\xc3\xa9", {}), Tokens{195, 169}, "\"é\" without merges");
    std::string bytes;
    for (int i = 0; i < 512; ++i) bytes += static_cast<char>(i);
    if (problem.empty())
      problem = there_and_back(bytes, bpe_train(bytes, 20), "a text of all 256 bytes, with 0,");
    if (problem.empty()) problem = compare(bpe_encode("", example_merges), Tokens{}, "an empty text");
    return problem.empty()
               ? there_and_back("unseen: na\xc3\xafve", example_merges, "a text that was not trained on")
               : problem;
  });
  judge.that("unknown tokens", [] {
    const std::string problem = Judge::accepted<std::invalid_argument>(
        [] {
          bpe_decode({97, 259}, example_merges);
        },
        "with 3 merges, token 259");
    return problem.empty()
               ? Judge::accepted<std::invalid_argument>([] { bpe_decode({-1}, example_merges); }, "token -1")
               : problem;
  });
}
