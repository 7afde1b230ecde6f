#include "pronouncer.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "../command_line/number_text.hpp"

using namespace xgrad;

namespace g2p {
namespace {

// Hides the padding of words that are shorter than S letters.
nn::Mask padding(const Tensor& lengths, std::int64_t S) {
  const std::vector<std::int64_t> numbers = lengths.to_vector<std::int64_t>();
  const bool is_padded = std::any_of(numbers.begin(), numbers.end(), [S](std::int64_t n) { return n < S; });
  return is_padded ? nn::Mask::padding(lengths) : nn::Mask();
}

const std::string& text_in(const std::map<std::string, std::string>& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) throw std::runtime_error("this is no pronouncer: its metadata have no " + key);
  return found->second;
}

std::int64_t size_in(const std::map<std::string, std::string>& metadata, const std::string& key) {
  const std::string& text = text_in(metadata, key);
  std::int64_t size = 0;
  if (read_number(text, size) && size > 0) return size;
  throw std::runtime_error("this is no pronouncer: its metadata have " + key + " '" + text + "'");
}

}  // namespace

Pronouncer::Pronouncer(const Symbols& l, const Symbols& p, const PronouncerOptions& o)
    : letters(l),
      phonemes(p),
      options(o),
      letter(letters.size(), o.d_model),
      phoneme(phonemes.size(), o.d_model),
      positions(o.d_model),
      dropout(o.dropout),
      transformer(o.d_model, o.heads, o.layers, o.layers,
                  {.dim_feedforward = o.d_hidden, .dropout = o.dropout, .norm_first = true}),
      head(o.d_model, phonemes.size()) {
  // Two thirds of all draws for dropout would be inside the feed-forward networks. They cost as much time as
  // a tenth of the training, which is better spent on the words.
  for (auto& layer : transformer.encoder.layers) layer.dropout.p = 0;
  for (auto& layer : transformer.decoder.layers) layer.dropout.p = 0;
}

Variable Pronouncer::encode(const Tensor& word, const Tensor& lengths) const {
  const Variable x = dropout(positions(letter(word)));            // (B, S, D)
  return transformer.encoder(x, padding(lengths, word.size(1)));  // (B, S, D)
}

Variable Pronouncer::decode(const Tensor& said, const Variable& memory, const Tensor& lengths,
                            nn::DecoderCache* cache) const {
  const std::int64_t first = cache ? cache->length() : 0;
  const Variable x = dropout(positions(phoneme(said), first));  // (B, T, D)
  const nn::Mask causal = cache ? nn::Mask() : nn::Mask::causal();
  return head(transformer.decoder(x, memory, causal, padding(lengths, memory.size(1)), cache));
}

void Pronouncer::visit(nn::Visitor& visitor) const {
  visitor("letter", letter)("phoneme", phoneme)("positions", positions)("dropout", dropout);
  visitor("transformer", transformer)("head", head);
}

std::map<std::string, std::string> Pronouncer::metadata() const {
  return {{"letters", letters.text()},
          {"phonemes", phonemes.text()},
          {"d_model", std::to_string(options.d_model)},
          {"heads", std::to_string(options.heads)},
          {"layers", std::to_string(options.layers)},
          {"d_hidden", std::to_string(options.d_hidden)}};
}

Pronouncer Pronouncer::from_metadata(const std::map<std::string, std::string>& metadata, double dropout) {
  const PronouncerOptions options{.d_model = size_in(metadata, "d_model"),
                                  .heads = size_in(metadata, "heads"),
                                  .layers = size_in(metadata, "layers"),
                                  .d_hidden = size_in(metadata, "d_hidden"),
                                  .dropout = dropout};
  return {Symbols::parse(text_in(metadata, "letters")), Symbols::parse(text_in(metadata, "phonemes")),
          options};
}

}  // namespace g2p
