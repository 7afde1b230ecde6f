#include "model_size.hpp"

#include "../command_line/memory.hpp"

using xgrad::nn::GPTOptions;

namespace {

struct Sizes {
  explicit Sizes(const GPTOptions& model)
      : V(static_cast<double>(model.vocab_size)),
        T(static_cast<double>(model.context)),
        D(static_cast<double>(model.d_model)),
        L(static_cast<double>(model.num_layers)),
        H(static_cast<double>(model.num_heads)) {}
  double V, T, D, L, H;
};

// The floats that the tape saves for each token: its logits (V); in each layer the weights of attention (H
// T), the inputs of both branches and their norms (4 D), queries, keys, values and attention's output (4 D),
// and the feed-forward layer before and after its activation (8 D).
double kept_by_token(const Sizes& s) { return s.V + s.L * (s.H * s.T + 16 * s.D); }

}  // namespace

double parameters_of(const GPTOptions& model) {
  const Sizes s(model);
  const double block = 12 * s.D * s.D + 13 * s.D;  // weights of attention (4 D²) and feed-forward (8 D²)
  const double head = model.tied_head ? 0 : s.V * s.D;
  return s.V * s.D + s.T * s.D + s.L * block + 2 * s.D + head;
}

void check_size(const GPTOptions& model, std::int64_t batch) {
  const Sizes s(model);
  check_memory({.parameters = parameters_of(model),
                .tokens = static_cast<double>(batch) * s.T,
                .kept_per_token = kept_by_token(s)},
               smaller_values_advice);
}
