void my_backward(const Number& result) {
  std::map<int, Entry*> tape;  // sorted by id
  std::vector<Entry*> todo{result.entry.get()};
  while (!todo.empty()) {
    Entry* next = todo.back();
    todo.pop_back();
    if (!tape.emplace(next->id, next).second) continue;  // seen before
    if (next->rule) next->grad = 0;
    for (const auto& input : next->inputs) todo.push_back(input.get());
  }
  result.entry->grad += 1;
  for (auto at = tape.rbegin(); at != tape.rend(); ++at) {  // newest first
    const Entry& entry = *at->second;
    if (!entry.rule) continue;
    const std::vector<double> gradients = entry.rule(entry);
    for (std::size_t i = 0; i < gradients.size(); ++i) entry.inputs[i]->grad += gradients[i];
  }
}
