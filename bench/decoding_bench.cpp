// How close decoding comes to the speed of memory. Each new token reads all weights once, so the step of a
// GPT of the shape of GPT-2 (124 M parameters, batch 1) is timed against the sum over a float32 array of
// as many bytes, in turn, on as many threads as OMP_NUM_THREADS says. The prompt is read first, untimed. With
// `bfloat16` the weights of products are stored so.
//
//   decoding_bench [new tokens] [bfloat16]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "in_turn.hpp"
#include "rows.hpp"

using namespace xgrad;

namespace {

template <class Work>
double milliseconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Decoding& x = bench::decodings.back();
  const int tokens = argc > 1 ? std::atoi(argv[1]) : static_cast<int>(x.tokens);
  const NoGradGuard no_grad;
  nn::GPT model({.vocab_size = x.V,
                 .context = x.context,
                 .d_model = x.d,
                 .num_layers = x.L,
                 .num_heads = x.H,
                 .tied_head = true});
  model.eval();
  if (argc > 2 && std::string_view(argv[2]) == "bfloat16") nn::store_weights_in_bfloat16(model);
  std::size_t bytes = 0;
  for (const Variable& p : model.parameters()) bytes += p.value().nbytes();
  const Tensor as_large = rand({static_cast<std::int64_t>(bytes / sizeof(float))});
  nn::DecoderCache cache({.capacity = x.context});
  Tensor token = tensor(bench::prompt_of(x)).unsqueeze(0);
  const auto step = [&] {
    const Variable logits = model(token, &cache);  // (1, T, V)
    token = argmax(logits.value().slice(1, -1), -1);
  };
  step();  // the prompt
  std::vector<double> steps, sums, ratios;
  for (int i = 0; i < tokens; ++i) {
    steps.push_back(milliseconds(step));
    sums.push_back(milliseconds([&] { benchmark::DoNotOptimize(sum(as_large)); }));
    ratios.push_back(steps.back() / sums.back());
  }
  std::printf("%d threads, %.0f MB of weights: a step %.2f ms, the sum %.2f ms, ratio %.3f (medians)\n",
              get_num_threads(), static_cast<double>(bytes) / 1e6, bench::median(steps), bench::median(sums),
              bench::median(ratios));
}
