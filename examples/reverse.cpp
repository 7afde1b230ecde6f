// Attention learns to reverse a number of eight digits, with one head, in 400 steps. It prints
//
//   step 0 loss 2.31851
//   ...
//   60228567 becomes 76582206
//
// and the attention weights as shades: which digit of the number (a column) each digit of the result (a row)
// is read from. With --svg it draws the weights before and after training instead:
// `reverse --svg > docs/attention_map.svg`.

#include <iostream>
#include <string>
#include <string_view>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

constexpr std::int64_t length = 8, width = 32;

struct Reverser : nn::Module {
  nn::Embedding digit{10, width}, place{length, width};
  nn::MultiHeadAttention attention{width, /*num_heads=*/1};
  nn::Linear head{width, 10};

  // numbers (B, length), int64 → logits (B, length, 10), and the attention weights (B, 1, length, length).
  nn::AttentionOutput forward(const Tensor& numbers) const {
    const Variable x = digit(numbers) + place(arange(length));
    const auto [context, weights] = attention.forward_with_weights(x, x, x);
    return {head(context), weights};
  }
  void visit(nn::Visitor& v) const override {
    v("digit", digit)("place", place)("attention", attention)("head", head);
  }
};

void train(Reverser& model, std::ostream* log) {
  optim::AdamW optimizer(model.parameters(), {.lr = 1e-2});
  for (int step = 0; step < 400; ++step) {
    const Tensor numbers = randint(0, 10, {32, length});
    const Variable logits = model.forward(numbers).output;
    const Variable loss = cross_entropy(logits.reshape({-1, 10}), flip(numbers, {1}).reshape({-1}));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (log && step % 100 == 0) *log << "step " << step << " loss " << loss.item<float>() << '\n';
  }
}

std::string text_of(const Tensor& digits) {
  std::string text;
  for (const auto digit : digits.to_vector<std::int64_t>()) text += std::to_string(digit);
  return text;
}

// The weights as a picture of characters, one row for each digit of the result.
void print_weights(const Tensor& weights) {
  constexpr std::string_view shades = " .:-=+*#%@";
  for (std::int64_t row = 0; row < length; ++row) {
    for (std::int64_t column = 0; column < length; ++column) {
      const auto shade = static_cast<std::size_t>(weights.at({row, column}) * 9.99);
      std::cout << ' ' << shades[shade];
    }
    std::cout << '\n';
  }
}

constexpr int cell = 24;

void draw_text(int x, int y, std::string_view text) {
  std::cout << "<text x='" << x << "' y='" << y << "'>" << text << "</text>\n";
}

// One map: the number above its columns, the result beside its rows, a darker cell for a larger weight.
void draw_map(int left, std::string_view title, const Tensor& weights, const std::string& number,
              const std::string& result) {
  const int top = 72, middle = cell / 2;
  const int size = cell * static_cast<int>(length);
  draw_text(left + size / 2, 24, title);
  for (int i = 0; i < length; ++i) {
    const auto at = static_cast<std::size_t>(i);
    draw_text(left + cell * i + middle, top - 8, number.substr(at, 1));
    draw_text(left - middle, top + cell * i + middle + 5, result.substr(at, 1));
    for (int j = 0; j < length; ++j) {
      std::cout << "<rect class='cell' x='" << left + cell * j << "' y='" << top + cell * i << "' width='"
                << cell << "' height='" << cell << "' fill-opacity='"
                << static_cast<int>(weights.at({i, j}) * 100 + 0.5) / 100.0 << "'/>\n";
    }
  }
  std::cout << "<rect class='frame' x='" << left << "' y='" << top << "' width='" << size << "' height='"
            << size << "'/>\n";
}

}  // namespace

int main(int argc, char** argv) {
  const bool as_svg = argc == 2 && std::string_view(argv[1]) == "--svg";
  if (argc > 1 && !as_svg) {
    std::cerr << "usage: reverse [--svg]\n";
    return 2;
  }
  manual_seed(0);
  Reverser model;
  const Tensor number = tensor({{6, 0, 2, 2, 8, 5, 6, 7}});
  const auto digits_of = [](const nn::AttentionOutput& out) { return text_of(argmax(out.output, -1)); };
  const auto map_of = [](const nn::AttentionOutput& out) {
    return out.weights.value().select(0, 0).select(0, 0);
  };

  const nn::AttentionOutput before = model.forward(number);
  train(model, as_svg ? nullptr : &std::cout);
  const nn::AttentionOutput after = model.forward(number);
  if (as_svg) {
    std::cout
        << "<svg xmlns='http://www.w3.org/2000/svg' width='520' height='288' viewBox='0 0 520 288' "
           "font-family='monospace' font-size='15' text-anchor='middle'>\n"
           "<style>text { fill: #1f2328 } .cell { fill: #0550ae } .frame { fill: none; stroke: #8c959f }\n"
           "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .cell { fill: #79c0ff } }</style>\n";
    draw_map(40, "before training", map_of(before), text_of(number), digits_of(before));
    draw_map(310, "after 400 steps", map_of(after), text_of(number), digits_of(after));
    std::cout << "</svg>\n";
  } else {
    std::cout << text_of(number) << " becomes " << digits_of(after) << '\n';
    print_weights(map_of(after));
  }
  if (std::cout.flush()) return 0;
  std::cerr << "reverse: cannot write to the standard output\n";
  return 1;
}
