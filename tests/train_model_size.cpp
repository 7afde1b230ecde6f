// The memory of a model of examples/train_transformer is checked before the model is made.

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "model_size.hpp"
#include "support.hpp"

using namespace xgrad;

TEST_CASE("parameters_of a model equals the number of its parameters") {
  for (const bool tied : {true, false}) {
    const nn::GPTOptions options{
        .vocab_size = 11, .context = 5, .d_model = 6, .num_layers = 3, .num_heads = 2, .tied_head = tied};
    CHECK(parameters_of(options) == static_cast<double>(nn::GPT(options).num_parameters()));
  }
}

TEST_CASE("a model that no memory can hold is refused before it is made") {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const nn::GPTOptions small{.vocab_size = 12, .context = 11, .d_model = 64, .num_layers = 2, .num_heads = 4};
  CHECK_NOTHROW(check_size(small, 256));
  const auto check_refused = [](nn::GPTOptions options, std::int64_t batch) {
    CHECK_THROWS_TEXT(check_size(options, batch),
                      "; try smaller values of --layers, --d-model, --context or --batch");
  };
  nn::GPTOptions options = small;
  options.num_layers = huge;
  check_refused(options, 256);
  options = small;
  options.d_model = huge;
  check_refused(options, 256);
  options = small;
  options.context = huge;
  check_refused(options, 256);
  check_refused(small, huge);
  CHECK_THROWS_TEXT(check_size(small, huge),
                    "a model of 1.02e+05 parameters and batches of 1.01e+20 tokens take at least ");
}
