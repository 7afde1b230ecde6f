Variable dpo_loss(const Variable& policy_chosen, const Variable& policy_rejected,
                  const Variable& reference_chosen, const Variable& reference_rejected, double beta) {
  if (policy_chosen.dim() != 1) throw std::invalid_argument("dpo_loss: the log-probabilities must be (N)");
  for (const Variable& other : {policy_rejected, reference_chosen, reference_rejected}) {
    if (other.shape() != policy_chosen.shape())
      throw std::invalid_argument("dpo_loss: the four shapes differ");
  }
  const Variable policy = policy_chosen - policy_rejected;
  const Variable reference = (reference_chosen - reference_rejected).detach();
  return -mean(logsigmoid(beta * (policy - reference)));
}
