#include "memory.hpp"

#include <unistd.h>

#include <sstream>
#include <stdexcept>

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

void check_memory(const GPTOptions& model, std::int64_t batch) {
  const Sizes s(model);
  const double tokens = static_cast<double>(batch) * s.T;
  // 4: a parameter, its gradient, and AdamW's two averages
  const double needed = sizeof(float) * (4 * parameters_of(model) + tokens * kept_by_token(s));
  const double there =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  if (needed <= there) return;
  std::ostringstream text;
  text.precision(3);
  text << "a model of " << parameters_of(model) << " parameters and batches of " << tokens
       << " tokens take at least " << needed / 1e9 << " GB of memory, and this machine has " << there / 1e9
       << smaller_values_advice;
  throw std::runtime_error(text.str());
}
