Variable my_cross_entropy(const Variable& logits, const Variable& targets) {
  for (const std::int64_t target : targets.value().to_vector<std::int64_t>()) {
    if (target < 0 || target >= logits.size(1)) {
      throw std::invalid_argument("my_cross_entropy: no class has the number " + std::to_string(target));
    }
  }
  const Variable shifted = logits - amax(logits.detach(), -1, true);
  const Variable log_p = shifted - log(sum(exp(shifted), -1, true));
  return -mean(gather(log_p, 1, unsqueeze(targets, 1)));
}
