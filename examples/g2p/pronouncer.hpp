#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "symbols.hpp"

namespace g2p {

struct PronouncerOptions {
  std::int64_t d_model = 192;
  std::int64_t heads = 4;
  std::int64_t layers = 3;  ///< of the encoder, and as many of the decoder
  std::int64_t d_hidden = 768;
  double dropout = 0.05;
};

/// Reads the letters of a word with an encoder and says its phonemes with a decoder: a transformer as in
/// Vaswani et al. 2017, but with norms first. Letters in shapes: B words, S letters with the end, T phonemes
/// with the start, D d_model, V phonemes.
class Pronouncer : public xgrad::nn::Module {
 public:
  Pronouncer(const Symbols& letters, const Symbols& phonemes, const PronouncerOptions& options);

  /// What a checkpoint says of the model, so that it can be built from the file alone.
  std::map<std::string, std::string> metadata() const;
  /// Throws `std::runtime_error` if they are of something else.
  static Pronouncer from_metadata(const std::map<std::string, std::string>& metadata, double dropout = 0);

  /// letters (B, S) → memory (B, S, D). Words that are shorter than S have their lengths (B).
  xgrad::Variable encode(const xgrad::Tensor& letters, const xgrad::Tensor& lengths) const;
  /// phonemes (B, T), which follow those that the cache holds → logits of the next ones (B, T, V).
  xgrad::Variable decode(const xgrad::Tensor& phonemes, const xgrad::Variable& memory,
                         const xgrad::Tensor& lengths, xgrad::nn::DecoderCache* cache = nullptr) const;
  void visit(xgrad::nn::Visitor& visitor) const override;

  Symbols letters, phonemes;
  PronouncerOptions options;
  xgrad::nn::Embedding letter, phoneme;
  xgrad::nn::SinusoidalPositions positions;
  xgrad::nn::Dropout dropout;
  xgrad::nn::Transformer transformer;
  xgrad::nn::Linear head;
};

}  // namespace g2p
