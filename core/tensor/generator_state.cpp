// Generator::state_dict and load_state_dict.

#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/core/tensor/state_reader.hpp>

namespace xgrad {
namespace {

constexpr auto size = static_cast<std::int64_t>(GeneratorState::size);

}  // namespace

NamedTensors Generator::state_dict() const {
  const GeneratorState state = this->state();
  const Tensor words = empty({size}, int64);
  auto* const word = words.mutable_data<std::int64_t>();
  for (std::size_t i = 0; i < state.words.size(); ++i) word[i] = state.words[i];
  NamedTensors tensors = {{"seed", tensor(static_cast<std::int64_t>(state.seed), int64)},
                          {"words", words},
                          {"next", tensor(state.next, int64)}};
  if (const auto normal = state.next_double_normal)
    tensors.emplace_back("next_double_normal", tensor(*normal, float64));
  if (const auto normal = state.next_float_normal)
    tensors.emplace_back("next_float_normal", tensor(*normal, float64));
  return tensors;
}

void Generator::load_state_dict(const NamedTensors& state) {
  StateReader reader(state);
  GeneratorState loaded;
  loaded.seed = static_cast<std::uint64_t>(reader.integer("seed"));
  if (const Tensor words = reader.tensor("words", {size}, int64); words.defined()) {
    const auto* const word = words.data<std::int64_t>();
    for (std::size_t i = 0; i < loaded.words.size(); ++i) {
      loaded.words[i] = static_cast<std::uint32_t>(word[i]);
      if (loaded.words[i] != word[i])
        reader.problem("words[" + std::to_string(i) + "] is " + std::to_string(word[i]) + ", not 32 bits");
    }
  }
  const std::int64_t next = reader.integer("next");
  if (next < 0 || next > size)
    reader.problem("next is " + std::to_string(next) + ", not in [0, " + std::to_string(size) + ']');
  loaded.next = static_cast<std::uint32_t>(next);
  if (reader.has("next_double_normal")) loaded.next_double_normal = reader.number("next_double_normal");
  if (reader.has("next_float_normal"))
    loaded.next_float_normal = static_cast<float>(reader.number("next_float_normal"));
  reader.finish("the state does not fit a Generator");
  set_state(loaded);
}

}  // namespace xgrad
