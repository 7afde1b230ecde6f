// caught by: each rule once
void pass_on(Entry& entry, double gradient) {
  if (!entry.rule) {
    entry.grad += gradient;
    return;
  }
  const double before = entry.grad;
  entry.grad = gradient;
  const std::vector<double> gradients = entry.rule(entry);
  entry.grad = before + gradient;
  for (std::size_t i = 0; i < gradients.size(); ++i) pass_on(*entry.inputs[i], gradients[i]);
}

void clear(Entry& entry) {
  if (entry.rule) entry.grad = 0;
  for (const auto& input : entry.inputs) clear(*input);
}

void my_backward(const Number& result) {
  clear(*result.entry);
  pass_on(*result.entry, 1);
}
