#include <algorithm>

#include <xgrad/core/base/error.hpp>
#include <xgrad/train/attention_maps.hpp>
#include <xgrad/train/markup.hpp>

namespace xgrad::train {
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

std::string token_at(const std::vector<std::string>& tokens, std::int64_t i) {
  return "\u201C" + escaped(visible_token(tokens[static_cast<std::size_t>(i)])) + "\u201D (" +
         std::to_string(i + 1) + ")";
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
  const std::int64_t width = left + cell * T_k + 1, height = top + cell * T_q + 1;
  const auto number = [](std::int64_t n) { return std::to_string(n); };

  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
      "\" role=\"img\" font-family=\"monospace\" font-size=\"8\" fill=\"currentColor\"><title>" +
      escaped(title) + "</title><rect x=\"" + number(left) + "\" y=\"" + number(top) + "\" width=\"" +
      number(cell * T_k) + "\" height=\"" + number(cell * T_q) +
      "\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".35\" stroke-width=\".6\"/>\n";
  svg += "<g text-anchor=\"end\">";
  for (std::int64_t q = 0; q < T_q; ++q) {
    svg += "<text x=\"" + number(left - 3) + "\" y=\"" + number(top + cell * q + 8) + "\">" +
           escaped(visible_token(queries[static_cast<std::size_t>(q)])) + "</text>";
  }
  svg += "</g>\n<g>";
  for (std::int64_t k = 0; k < T_k; ++k) {
    const std::string& token = keys[static_cast<std::size_t>(k)];
    const std::string x = number(left + cell * k + 5), y = number(top - 3);
    // a single character stands upright
    svg += length_of(token) <= 1
               ? "<text text-anchor=\"middle\" x=\"" + x + "\" y=\"" + y + "\">"
               : "<text transform=\"translate(" + number(left + cell * k + 8) + ' ' + y + ") rotate(-90)\">";
    svg += escaped(visible_token(token)) + "</text>";
  }
  svg += "</g>\n<g class=\"cells\">";
  const std::vector<double> numbers = weights.to(float64).to_vector<double>();
  for (std::int64_t q = 0; q < T_q; ++q) {
    for (std::int64_t k = 0; k < T_k; ++k) {
      const double weight = numbers[static_cast<std::size_t>(q * T_k + k)];
      if (!(weight >= least_drawn)) continue;
      svg += "<path d=\"M" + number(left + cell * k) + ' ' + number(top + cell * q) +
             "h10v10h-10z\" opacity=\"" + short_number(std::min(weight, 1.0), 2) + "\"><title>" +
             token_at(queries, q) + " \u2192 " + token_at(keys, k) + ": " + short_number(weight, 3) +
             "</title></path>\n";
    }
  }
  return svg + "</g></svg>\n";
}

}  // namespace xgrad::train
