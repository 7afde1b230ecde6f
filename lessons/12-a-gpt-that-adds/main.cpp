// A GPT of one block learns to add two numbers below 100, and shows which digits its heads look at. One head
// is then switched off. With --maps it prints the weights of the heads in percent.
#include <iomanip>
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

Tensor digit(const Tensor& number, int place) { return remainder(floor_divide(number, place), 10); }

// Pair 4785 is the sum 47+85=132. Its result is written units first: 47+85=231. (N) → (N, 9)
Tensor written(const Tensor& pairs) {
  const Tensor a = floor_divide(pairs, 100), b = remainder(pairs, 100), c = a + b;
  const Tensor plus = full_like(a, 10), equals = full_like(a, 11);
  return stack({digit(a, 10), digit(a, 1), plus, digit(b, 10), digit(b, 1), equals,  //
                digit(c, 1), digit(c, 10), digit(c, 100)},
               1);
}

// The logits of the three digits after '=': (N, 9) → (N, 3, 12). The last character is never read.
Variable predict(const nn::GPT& gpt, const Tensor& texts) { return gpt(texts.slice(1, 0, 8)).slice(1, 5); }

void train(nn::GPT& gpt, const Tensor& pairs, int steps) {
  optim::AdamW optimizer(gpt.parameters(), {.lr = 5e-3, .weight_decay = 0});
  optim::WarmupCosine schedule(optimizer, {.warmup = 100, .total = steps});
  for (int step = 0; step < steps; ++step) {
    const Tensor texts = written(pairs[randint(0, pairs.size(0), {64})]);
    const Variable loss =
        cross_entropy(predict(gpt, texts).reshape({-1, 12}), texts.slice(1, 6).reshape({-1}));
    if (step == 0) std::cout << "first loss " << std::setprecision(2) << loss.item<float>() << '\n';
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    schedule.step();
  }
}

// 1 for each digit that is right, else 0: (N, 9) → (N, 3)
Tensor right(const nn::GPT& gpt, const Tensor& texts) {
  return eq(argmax(predict(gpt, texts), -1), texts.slice(1, 6)).to(float32);
}

// A share in words, since its last digits differ from machine to machine.
const char* words(const Tensor& share) {
  return share.item<float>() > 0.9 ? "over 90 %" : share.item<float>() < 0.3 ? "under 30 %" : "in between";
}

int main(int argc, char**) {
  manual_seed(0);
  nn::GPT gpt({.vocab_size = 12, .context = 8, .d_model = 32, .num_layers = 1, .tied_head = false});
  nn::init::normal_(gpt.token.weight, 0, 0.3);
  nn::init::normal_(gpt.position.weight, 0, 0.3);
  for (const auto& [name, parameter] : gpt.named_parameters()) {
    if (name.starts_with("blocks") && parameter.dim() == 2) nn::init::xavier_normal_(parameter);
  }
  const Tensor pairs = randperm(10000), unseen = written(pairs[Slice(0, 500)]);
  train(gpt, pairs[Slice(500, 10000)], 1000);
  std::cout << "unseen sums: " << words(right(gpt, unseen).prod(1).mean()) << " right\n";

  // (heads, rows, columns), the mean of 500 sums. Row 5, '=', predicts the units, and row 6 the tens.
  const Tensor maps = training::attention_maps(gpt, [&] { predict(gpt, unseen); })[0].weights.mean(0);
  const auto cell = [&](double share) -> std::string {
    return argc > 1 ? std::to_string(int(100 * share + 0.5)) : share > 0.25 ? "#" : ".";
  };
  std::cout << "keys               t   u   +   t   u   =   u   t\n";
  for (int head = 0; head < 4; ++head) {
    for (int row = 5; row < (argc > 1 ? 8 : 7); ++row) {
      std::cout << "head " << head << (row == 5 ? " units    " : row == 6 ? " tens     " : " hundreds ");
      for (int key = 0; key < 8; ++key) std::cout << std::setw(4) << cell(maps.at({head, row, key}));
      std::cout << '\n';
    }
  }

  // W_o reads head 2 in its columns 16 to 23. With zeros there, the head is silent.
  gpt.blocks[0].attention.W_o.weight.value().slice(1, 16, 24).zero_();
  const Tensor digits = right(gpt, unseen), units = unseen.select(1, 1) + unseen.select(1, 4);
  std::cout << "without head 2: units " << words(digits.select(1, 0).mean()) << ", tens with a carry "
            << words(digits.select(1, 1)[units > 9].mean()) << ", tens without one "
            << words(digits.select(1, 1)[units < 10].mean()) << '\n';
}
