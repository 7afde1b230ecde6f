#include <xgrad/training/run_state.hpp>

#include <stdexcept>

namespace xgrad::training {

Checkpoint RunState::checkpoint(std::int64_t step) const {
  Checkpoint checkpoint{.step = step};
  for (const Part& part : parts_) checkpoint.add(part.name, part.save());
  return checkpoint;
}

void RunState::load(const Checkpoint& checkpoint) const {
  std::vector<NamedTensors> states, before;
  for (const Part& part : parts_) {
    states.push_back(checkpoint.part(part.name));
    before.push_back(part.save());
    for (auto& [name, tensor] : before.back()) tensor = tensor.clone();  // it may share the part's memory
  }
  std::size_t done = 0;
  try {
    for (; done < parts_.size(); ++done) parts_[done].load(states[done]);
  } catch (const std::exception& error) {
    for (std::size_t i = 0; i < done; ++i) parts_[i].load(before[i]);
    if (!dynamic_cast<const std::invalid_argument*>(&error)) throw;
    throw std::invalid_argument("[checkpoint] " + parts_[done].name + " of step " +
                                std::to_string(checkpoint.step) + " does not fit: " + error.what());
  }
}

}  // namespace xgrad::training
