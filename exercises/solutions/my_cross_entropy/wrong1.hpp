// caught by: large scores
Variable my_cross_entropy(const Variable& logits, const Variable& targets) {
  if (any((targets < 0) | (targets >= logits.size(1))).item<bool>()) {
    throw std::invalid_argument("my_cross_entropy: a target is no class, from 0 to " +
                                std::to_string(logits.size(1) - 1));
  }
  const Variable e = exp(logits - amax(logits.detach(), -1, true));
  const Variable log_p = log(e / sum(e, -1, true));
  return -mean(gather(log_p, 1, unsqueeze(targets, 1)));
}
