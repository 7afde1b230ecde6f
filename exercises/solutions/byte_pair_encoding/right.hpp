Tokens bytes_of(const std::string& text) {
  Tokens row;
  for (const char c : text) row.push_back(static_cast<unsigned char>(c));
  return row;
}

Tokens replaced(const Tokens& row, const std::pair<int, int>& pair, int token) {
  Tokens shorter;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i + 1 < row.size() && row[i] == pair.first && row[i + 1] == pair.second) {
      shorter.push_back(token);
      ++i;  // behind the pair
    } else {
      shorter.push_back(row[i]);
    }
  }
  return shorter;
}

Merges bpe_train(const std::string& text, int count) {
  Tokens row = bytes_of(text);
  Merges merges;
  while (static_cast<int>(merges.size()) < count) {
    std::map<std::pair<int, int>, int> counts;  // sorted by pair
    for (std::size_t i = 1; i < row.size(); ++i) ++counts[{row[i - 1], row[i]}];
    std::pair<int, int> best;
    int most = 1;
    for (const auto& [pair, n] : counts) {
      if (n <= most) continue;
      best = pair;
      most = n;
    }
    if (most == 1) break;
    row = replaced(row, best, 256 + static_cast<int>(merges.size()));
    merges.push_back(best);
  }
  return merges;
}

Tokens bpe_encode(const std::string& text, const Merges& merges) {
  Tokens row = bytes_of(text);
  for (std::size_t i = 0; i < merges.size(); ++i) row = replaced(row, merges[i], 256 + static_cast<int>(i));
  return row;
}

std::string bpe_decode(const Tokens& tokens, const Merges& merges) {
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256; ++byte) texts.push_back(std::string(1, static_cast<char>(byte)));
  for (const auto& [a, b] : merges) texts.push_back(texts.at(a) + texts.at(b));
  std::string text;
  for (const int token : tokens) {
    if (token < 0 || token >= static_cast<int>(texts.size())) throw std::invalid_argument("no such token");
    text += texts[token];
  }
  return text;
}
