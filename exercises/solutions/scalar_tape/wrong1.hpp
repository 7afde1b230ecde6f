// caught by: a short and a long path
void my_backward(const Number& result) {
  std::vector<Entry*> tape{result.entry.get()};  // near the result first
  std::set<Entry*> seen{result.entry.get()};
  for (std::size_t at = 0; at < tape.size(); ++at) {
    if (tape[at]->rule) tape[at]->grad = 0;
    for (const auto& input : tape[at]->inputs) {
      if (seen.insert(input.get()).second) tape.push_back(input.get());
    }
  }
  result.entry->grad += 1;
  for (Entry* entry : tape) {
    if (!entry->rule) continue;
    const std::vector<double> gradients = entry->rule(*entry);
    for (std::size_t i = 0; i < gradients.size(); ++i) entry->inputs[i]->grad += gradients[i];
  }
}
