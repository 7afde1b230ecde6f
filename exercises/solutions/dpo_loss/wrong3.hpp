// caught by: shapes
Variable dpo_loss(const Variable& policy_chosen, const Variable& policy_rejected,
                  const Variable& reference_chosen, const Variable& reference_rejected, double beta) {
  const Variable policy = policy_chosen - policy_rejected;
  const Variable reference = (reference_chosen - reference_rejected).detach();
  return -mean(logsigmoid(beta * (policy - reference)));
}
