#include <algorithm>

#include <xgrad/core/base/error.hpp>
#include <xgrad/training/attention_maps.hpp>
#include <xgrad/training/markup.hpp>

namespace xgrad::training {
namespace {

constexpr std::int64_t cell = 10;      // all lengths in the SVG's own units
constexpr double least_drawn = 0.005;  // a cell of less cannot be seen

// The number of characters of UTF-8.
std::int64_t length_of(const std::string& token) {
  return std::count_if(token.begin(), token.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::int64_t margin_of(const std::vector<std::string>& tokens) {
  std::int64_t longest = 1;
  for (const std::string& token : tokens) longest = std::max(longest, length_of(visible_token(token)));
  return 6 + 5 * longest;
}

void append_queries(std::string& svg, const std::vector<std::string>& queries, std::int64_t left,
                    std::int64_t top) {
  append(svg, "<g text-anchor=\"end\">");
  std::int64_t y = top + 8;
  for (const std::string& token : queries) {
    append(svg, "<text x=\"$\" y=\"$\">$</text>", {left - 3, y, visible_token(token)});
    y += cell;
  }
  append(svg, "</g>\n");
}

// A single character stands upright.
void append_keys(std::string& svg, const std::vector<std::string>& keys, std::int64_t left,
                 std::int64_t top) {
  std::int64_t x = left;
  for (const std::string& token : keys) {
    const bool is_upright = length_of(token) <= 1;
    append(svg,
           is_upright ? "<text text-anchor=\"middle\" x=\"$\" y=\"$\">$</text>"
                      : "<text transform=\"translate($ $) rotate(-90)\">$</text>",
           {x + (is_upright ? 5 : 8), top - 3, visible_token(token)});
    x += cell;
  }
}

}  // namespace

std::string attention_svg(const std::string& title, const std::vector<std::string>& queries,
                          const std::vector<std::string>& keys, const Tensor& weights) {
  const auto T_q = static_cast<std::int64_t>(queries.size()), T_k = static_cast<std::int64_t>(keys.size());
  if (weights.shape() != Shape{T_q, T_k}) {
    fail("attention_svg", "weights must be (", T_q, ", ", T_k, ") for ", T_q, " queries and ", T_k,
         " keys, not ", weights.shape());
  }
  const std::int64_t left = margin_of(queries), top = margin_of(keys);
  std::string svg;
  append(
      svg,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 $ $\" role=\"img\" font-family=\"monospace\" "
      "font-size=\"8\" fill=\"currentColor\"><title>$</title>\n"
      "<rect x=\"$\" y=\"$\" width=\"$\" height=\"$\" fill=\"none\" stroke=\"currentColor\" "
      "stroke-opacity=\".35\" stroke-width=\".6\"/>\n",
      {left + cell * T_k + 1, top + cell * T_q + 1, title, left, top, cell * T_k, cell * T_q});
  append_queries(svg, queries, left, top);
  append_keys(svg, keys, left, top);
  append(svg, "\n<g class=\"cells\">");
  const std::vector<double> numbers = weights.to(float64).to_vector<double>();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!(numbers[i] >= least_drawn)) continue;
    const auto q = static_cast<std::int64_t>(i) / T_k, k = static_cast<std::int64_t>(i) % T_k;
    append(svg,
           "<path d=\"M$ $h10v10h-10z\" opacity=\"$\"><title>\u201C$\u201D ($) \u2192 \u201C$\u201D ($): "
           "$</title></path>\n",
           {left + cell * k,
            top + cell * q,
            {std::min(numbers[i], 1.0), 2},
            visible_token(queries[static_cast<std::size_t>(q)]),
            q + 1,
            visible_token(keys[static_cast<std::size_t>(k)]),
            k + 1,
            {numbers[i], 3}});
  }
  append(svg, "</g></svg>\n");
  return svg;
}

}  // namespace xgrad::training
