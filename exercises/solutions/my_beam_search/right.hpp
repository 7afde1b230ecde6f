Tokens my_beam_search(const NextLogProbs& next, std::int64_t num_beams, std::int64_t most_tokens,
                      std::int64_t end, double penalty) {
  struct Beam {
    Tokens tokens;
    double sum;  // of the log-probabilities
  };
  std::vector<Beam> beams{{{}, 0}};
  Tokens best;
  double best_score = -std::numeric_limits<double>::infinity();
  auto room = static_cast<std::size_t>(num_beams);
  while (!beams.empty()) {
    std::vector<Beam> extensions;
    for (const Beam& beam : beams) {
      const std::vector<double> log_probs = next(beam.tokens);
      for (std::size_t token = 0; token < log_probs.size(); ++token) {
        if (!std::isfinite(log_probs[token])) continue;  // forbidden
        Tokens tokens = beam.tokens;
        tokens.push_back(static_cast<std::int64_t>(token));
        extensions.push_back({tokens, beam.sum + log_probs[token]});
      }
    }
    std::stable_sort(extensions.begin(), extensions.end(),
                     [](const Beam& a, const Beam& b) { return a.sum > b.sum; });
    if (extensions.size() > room) extensions.resize(room);
    beams.clear();
    for (const Beam& beam : extensions) {
      const auto length = static_cast<std::int64_t>(beam.tokens.size());
      if (beam.tokens.back() != end && length < most_tokens) {
        beams.push_back(beam);
        continue;
      }
      --room;
      const double score = beam.sum / std::pow(length, penalty);
      if (score <= best_score) continue;
      best = beam.tokens;
      best_score = score;
    }
  }
  return best;
}
