#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/training/checkpoint.hpp>

namespace xgrad::training {

/// All that a run must keep to continue bit for bit, named once: the model, the optimiser, the generators,
/// ... Holds references, so its objects must outlive it.
///
///     training::RunState state;
///     state.add("model", model).add("optimizer", optimizer).add("generator.batches", batches);
///     training::save_checkpoint(path, state.checkpoint(step));
///     state.load(training::load_checkpoint(path));
class RunState {
 public:
  /// An object with `state_dict()` and `load_state_dict(state)`.
  template <class Part>
  RunState& add(std::string name, Part& part) {
    parts_.push_back({std::move(name), [&part] { return part.state_dict(); },
                      [&part](const NamedTensors& state) { part.load_state_dict(state); }});
    return *this;
  }

  /// The Tensors share memory with the objects.
  Checkpoint checkpoint(std::int64_t step) const;
  /// Throws `std::invalid_argument` that names the part whose state is missing or does not fit. After any
  /// error no object has changed.
  void load(const Checkpoint& checkpoint) const;

 private:
  struct Part {
    std::string name;
    std::function<NamedTensors()> save;
    std::function<void(const NamedTensors&)> load;
  };
  std::vector<Part> parts_;
};

}  // namespace xgrad::training
