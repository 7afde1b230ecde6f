Tokens my_beam_search(const NextLogProbs& next, std::int64_t num_beams, std::int64_t most_tokens,
                      std::int64_t end, double penalty) {
  struct Beam {
    Tokens tokens;
    double sum;  // of the log-probabilities
  };
  std::vector<Beam> beams{{{}, 0}};
  // to do: extend all beams, keep the likeliest, put those aside that are finished, until no beam is left
  return beams[0].tokens;
}
