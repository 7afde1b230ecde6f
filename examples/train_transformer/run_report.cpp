#include "run_report.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "utf8.hpp"

using namespace xgrad;

namespace {

// The metadata under `part.`, in the order of their names.
training::Fields part_of(const Metadata& metadata, std::string_view part) {
  training::Fields fields;
  for (const auto& [name, value] : metadata) {
    if (name.starts_with(part) && !value.empty()) fields.emplace_back(name.substr(part.size()), value);
  }
  return fields;
}

// What the model read and wrote in the last sample; empty without one.
std::string last_sample(const std::vector<training::Fields>& metrics) {
  for (auto line = metrics.rbegin(); line != metrics.rend(); ++line) {
    std::string prompt, sample;
    for (const auto& [name, value] : *line) {
      const auto* const text = std::get_if<std::string>(&value);
      if (text && name == "prompt") prompt = *text;
      if (text && name == "sample") sample = *text;
    }
    if (!sample.empty()) return prompt + sample;
  }
  return {};
}

// The model's attention on the beginning of the text.
std::vector<training::AttentionSample> attention_on(const std::string& text, const nn::GPT& model,
                                                    const Vocabulary& vocabulary) {
  constexpr std::size_t most_shown = 24;
  if (text.empty()) return {};
  std::u32string characters = decode_utf8(text, "the sample");
  characters.resize(
      std::min({characters.size(), most_shown, static_cast<std::size_t>(model.options.context)}));
  const Tensor tokens = tensor(vocabulary.tokens(characters, "the sample")).unsqueeze(0);  // (1, T)
  std::vector<std::string> shown;
  for (const char32_t c : characters) shown.push_back(encode_utf8({&c, 1}));
  return {{.title = "On \u201C" + encode_utf8(characters) + "\u201D",
           .queries = shown,
           .keys = shown,
           .maps = training::attention_maps(model, [&] { model(tokens); })}};
}

}  // namespace

std::filesystem::path write_run_report(const std::filesystem::path& folder, const nn::GPT& model,
                                       const Vocabulary& vocabulary, const Metadata& metadata) {
  training::Report report = training::read_report(folder);
  const auto task = metadata.find("config.task");
  const bool is_text = task != metadata.end() && task->second == "text";
  report.summary = "GPT with " + std::to_string(model.num_parameters()) + " parameters learns " +
                   (is_text ? "to continue a text" : "to add");
  report.loss_unit = is_text ? "nats per character" : "nats per digit";
  report.configuration = part_of(metadata, "config.");
  report.environment = part_of(metadata, "environment.");
  for (const auto& [name, parameter] : model.named_parameters())
    report.parameters.emplace_back(name, parameter.value());
  report.attention = attention_on(last_sample(report.metrics), model, vocabulary);
  return training::write_report(folder, report);
}
