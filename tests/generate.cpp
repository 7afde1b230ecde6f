#include "support.hpp"

#include <map>

#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/generate.hpp>

using namespace xgrad;

TEST_CASE("generate: smoke") {
  const Tensor table = tensor({{0.0, 1.0, 2.0}, {3.0, 1.0, 0.0}, {0.0, 5.0, 1.0}});
  nn::NextToken model{.logits = [&](const Tensor& t) { return Variable(table[t.select(1, -1)].unsqueeze(1)); },
                      .reorder = [](const Tensor&) {}};
  auto r = nn::generate(model, {{0}, {1}}, {.max_new_tokens = 4});
  CHECK(r[0].tokens == std::vector<std::int64_t>{2, 1, 0, 2});
  r = nn::generate(model, {{0}, {1}}, {.max_new_tokens = 4, .temperature = 1, .top_k = 2, .top_p = 0.9, .min_p = 0.01, .repetition_penalty = 1.1});
  r = nn::generate(model, {{0}, {1}}, {.max_new_tokens = 4, .num_beams = 3});
  CHECK(r[0].tokens.size() == 4);
}
