#include "report.hpp"

#include <xgrad/training/markup.hpp>

#include "pronounce.hpp"
#include "reading.hpp"

using namespace xgrad;

namespace g2p {

std::filesystem::path write_report(Trainer& trainer, const training::RunFolder& folder,
                                   const std::vector<std::string>& words) {
  training::Report report = training::read_report(folder.path());
  report.title = "Letters to phonemes";
  report.summary = "A transformer of " + training::grouped_number(trainer.model.num_parameters()) +
                   " parameters learns to pronounce English words.";
  report.loss_unit = "nats per phoneme";
  for (const auto& [name, value] : trainer.checkpoint().metadata)
    report.configuration.emplace_back(name, value);
  for (const auto& [name, value] : training::environment()) report.environment.emplace_back(name, value);
  report.parameters = trainer.model.state_dict();
  const std::vector<Tokens> said = pronounce(trainer.model, words, 1);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Reading reading = read_word(trainer.model, words[i], said[i]);
    report.attention.push_back({.title = "from phonemes to letters, " + reading.title(),
                                .queries = reading.phonemes_and("end"),
                                .keys = reading.letters_and("end"),
                                .maps = reading.maps_to_letters()});
  }
  return training::write_report(folder.path(), report);
}

}  // namespace g2p
