#include "model.hpp"

#include <sstream>
#include <stdexcept>
#include <string>

#include "../command_line/number_text.hpp"
#include "model_size.hpp"
#include "sums.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

// Calls use(name, member) for each option of the model, but the dtype, which is always float32.
template <class Options, class Use>
void for_each_option(Options& o, const Use& use) {
  use("vocab_size", o.vocab_size);
  use("context", o.context);
  use("d_model", o.d_model);
  use("num_layers", o.num_layers);
  use("num_heads", o.num_heads);
  use("tied_head", o.tied_head);
}

const std::string& text_in(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) throw std::runtime_error("its metadata have no " + key);
  return found->second;
}

nn::GPTOptions options_in(const Metadata& metadata) {
  nn::GPTOptions options;
  for_each_option(options, [&](const std::string& name, auto& value) {
    const std::string& text = text_in(metadata, "model." + name);
    std::int64_t number = 0;
    if (!read_number(text, number) || number < 0)
      throw std::runtime_error("its metadata have model." + name + " '" + text + "'");
    value = static_cast<std::remove_reference_t<decltype(value)>>(number);
  });
  return options;
}

// A model that is much larger than its file could take all memory before its parameters are compared.
void check_fits_file(const nn::GPTOptions& options, const NamedTensors& state) {
  std::int64_t numbers = 0;
  for (const auto& [name, tensor] : state) numbers += tensor.numel();
  if (parameters_of(options) <= static_cast<double>(numbers)) return;
  std::ostringstream text;
  text << "its metadata describe a model of " << parameters_of(options) << " parameters, and it holds "
       << numbers;
  throw std::runtime_error(text.str());
}

}  // namespace

nn::GPTOptions model_options_of(const Config& config, std::int64_t vocab_size, std::int64_t context,
                                bool tied) {
  return {.vocab_size = vocab_size,
          .context = context,
          .d_model = config.d_model,
          .num_layers = config.layers,
          .num_heads = config.heads,
          .dropout = config.dropout,
          .tied_head = tied};
}

Metadata model_metadata(const nn::GPTOptions& options, const Vocabulary& vocabulary) {
  Metadata metadata{{"vocabulary", encode_utf8(vocabulary.characters())}};
  for_each_option(options, [&](const std::string& name, auto value) {
    metadata["model." + name] = std::to_string(static_cast<std::int64_t>(value));
  });
  return metadata;
}

Metadata run_metadata(const Config& config, const Task& task, const nn::GPT& model) {
  Metadata metadata = config_metadata(config);
  metadata.merge(model_metadata(model.options, task.vocabulary()));
  metadata["data"] = task.data_hash();
  for (const auto& [name, value] : training::environment()) metadata["environment." + name] = value;
  return metadata;
}

TrainedModel open_model(const std::filesystem::path& run) {
  const training::SavedModel saved = training::load_saved_model(run);
  try {
    const nn::GPTOptions options = options_in(saved.metadata);
    Config config;
    read_config(saved.metadata, config);
    Vocabulary vocabulary =
        Vocabulary::of(decode_utf8(text_in(saved.metadata, "vocabulary"), "its vocabulary"));
    if (vocabulary.size() != options.vocab_size)
      throw std::runtime_error("its vocabulary has " + std::to_string(vocabulary.size()) +
                               " characters, and the model " + std::to_string(options.vocab_size));
    if (config.task == "addition" && options.context != context_of_sums(config.digits))
      throw std::runtime_error("its config.digits is " + std::to_string(config.digits) +
                               ", which needs a context of " +
                               std::to_string(context_of_sums(config.digits)) + ", and the model has " +
                               std::to_string(options.context));
    check_fits_file(options, saved.state);
    TrainedModel trained{saved.path, saved.metadata, config, std::move(vocabulary), nn::GPT(options)};
    trained.model.load_state_dict(saved.state);
    trained.model.eval();
    return trained;
  } catch (const std::exception& error) {
    throw std::runtime_error("cannot use the model in " + saved.path.string() + ": " + error.what());
  }
}
