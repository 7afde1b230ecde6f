#include "error_rate.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace g2p {

std::int64_t edit_distance(const Tokens& a, const Tokens& b) {
  std::vector<std::int64_t> row(b.size() + 1);  // distances of the first i of a to the first j of b
  std::iota(row.begin(), row.end(), 0);
  for (const std::int64_t symbol : a) {
    std::int64_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::int64_t substituted = diagonal + (symbol == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

void ErrorRate::add(const Tokens& said, const std::vector<Tokens>& listed) {
  std::pair<std::int64_t, std::size_t> best{-1, 0};  // edits, phonemes
  for (const Tokens& pronunciation : listed) {
    const std::pair candidate{edit_distance(said, pronunciation), pronunciation.size()};
    if (best.first < 0 || candidate < best) best = candidate;
  }
  ++words;
  wrong_words += best.first == 0 ? 0 : 1;
  edits += best.first;
  phonemes += static_cast<std::int64_t>(best.second);
}

double ErrorRate::of_words() const {
  return words == 0 ? 0 : static_cast<double>(wrong_words) / static_cast<double>(words);
}

double ErrorRate::of_phonemes() const {
  return phonemes == 0 ? 0 : static_cast<double>(edits) / static_cast<double>(phonemes);
}

}  // namespace g2p
