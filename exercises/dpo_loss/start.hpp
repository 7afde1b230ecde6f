Variable dpo_loss(const Variable& policy_chosen, const Variable& policy_rejected,
                  const Variable& reference_chosen, const Variable& reference_rejected, double beta) {
  // to do: refuse other shapes
  const Variable policy = policy_chosen - policy_rejected;
  const Variable reference = reference_chosen - reference_rejected;
  return mean(beta * (policy - reference));  // to do: the loss of the margin
}
