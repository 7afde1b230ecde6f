Merges bpe_train(const std::string& text, int count) {
  return {};  // to do: the most frequent pair, again and again
}

Tokens bpe_encode(const std::string& text, const Merges& merges) {
  return {};  // to do: the bytes, then the merges in their order
}

std::string bpe_decode(const Tokens& tokens, const Merges& merges) {
  return {};  // to do: each token back to its bytes
}
