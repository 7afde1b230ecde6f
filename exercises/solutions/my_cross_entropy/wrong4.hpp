// caught by: rows far apart
// The largest score of all rows is subtracted: in a row far below, every exponential is 0.
Variable my_cross_entropy(const Variable& logits, const Variable& targets) {
  if (any((targets < 0) | (targets >= logits.size(1))).item<bool>()) {
    throw std::invalid_argument("my_cross_entropy: a target is no class, from 0 to " +
                                std::to_string(logits.size(1) - 1));
  }
  const Variable shifted = logits - amax(logits.detach());
  const Variable log_p = shifted - log(sum(exp(shifted), -1, true));
  return -mean(gather(log_p, 1, unsqueeze(targets, 1)));
}
