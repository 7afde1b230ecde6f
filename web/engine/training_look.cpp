#include "training_look.hpp"

#include <stdexcept>

#include "utf8.hpp"

namespace xgrad::web {
namespace {

Json to_json(const Written& written) {
  return {{"question", written.prompt}, {"predicted", written.text}, {"expected", written.expected}};
}

// "132" → ["1", "3", "2"]
Json characters_of(const std::string& text) {
  Json characters = Json::array();
  for (const char c : text) characters.push_back(std::string(1, c));
  return characters;
}

}  // namespace

Json look_at_accuracy(TrainingRun& run) {
  Json samples = Json::array();
  for (const Written& written : run.task().write(run.model())) samples.push_back(to_json(written));
  return {{"step", run.steps_done()},
          {"held_out", run.task().held_out().size()},
          {"accuracy", run.task().held_out_accuracy(run.model())},
          {"samples", samples}};
}

Json look_at_attention(TrainingRun& run, const std::string& sum) {
  const Addition& task = run.task();
  const Written written = task.write(run.model(), {read_sum(sum, task.digits())}).front();
  std::string text = written.prompt + written.text;
  text.pop_back();  // the last digit is never an input
  const Tensor tokens =
      tensor(task.vocabulary().tokens(decode_utf8(text, "the sum"), "the sum")).unsqueeze(0);

  Variable logits;  // (1, T, V)
  const auto maps = training::attention_maps(run.model(), [&] { logits = run.model()(tokens); });
  const std::int64_t first = static_cast<std::int64_t>(written.prompt.size()) - 1;  // '=' writes a digit
  const Tensor probabilities = amax(softmax(logits, -1).value().select(0, 0).slice(0, first), 1);

  Json layers = Json::array();
  for (const training::AttentionMap& map : maps) {
    Json heads = Json::array();
    for (std::int64_t h = 0; h < map.weights.size(1); ++h)
      heads.push_back(to_json(map.weights.select(0, 0).select(0, h)));  // (T, T)
    layers.push_back({{"layer", map.layer}, {"heads", heads}});
  }
  Json answer = to_json(written);
  answer["step"] = run.steps_done();
  answer["read"] = characters_of(text);
  answer["probabilities"] = to_json(probabilities);  // of the digits that it writes
  answer["layers"] = layers;
  return answer;
}

}  // namespace xgrad::web
