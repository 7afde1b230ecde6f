#include <xgrad/core/debug/gradcheck_report.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

constexpr std::size_t most_entries = 64, most_columns = 8;  // of the table

// `count` cells from `first`, aligned on the right and followed by a blank each.
std::string row_of(const std::vector<std::string>& cells, std::size_t first, std::size_t count) {
  std::size_t width = 0;
  for (const std::string& cell : cells) width = std::max(width, cell.size());
  std::string text;
  for (std::size_t e = first; e < first + count; ++e) {
    text += std::string(width - cells[e].size(), ' ') + cells[e] + ' ';
  }
  return text;
}

std::string side_by_side(const GradientEntries& entries) {
  const double largest = largest_finite(entries.analytic);
  double closest = 1;  // the least relative error of a wrong entry: it must show in the digits
  for (const std::size_t e : entries.wrong) {
    const double a = entries.analytic[e], n = entries.numeric[e];
    closest = std::min(closest, std::abs(a - n) / std::max(std::abs(a), std::abs(n)));
  }
  const auto number = [&](double value) {
    std::ostringstream text;
    text.precision(closest < 1e-4 ? 10 : 6);
    text << (std::abs(value) <= 1e-9 * (1 + largest) ? 0 : value);  // hides the rounding of the differences
    return std::move(text).str();
  };
  const std::size_t numel = entries.analytic.size();
  std::vector<std::string> analytic, numeric;
  for (std::size_t e = 0; e < numel; ++e) {
    analytic.push_back(number(entries.analytic[e]) + ' ');
    numeric.push_back(number(entries.numeric[e]));
  }
  for (const std::size_t e : entries.wrong) analytic[e].back() = '*';

  const Shape& shape = entries.shape;
  const std::size_t row = shape.dim() == 0 ? 1 : static_cast<std::size_t>(shape[shape.dim() - 1]);
  std::vector<std::array<std::string, 3>> lines{{"at", "analytic", "numeric"}};
  for (std::size_t start = 0; start < numel; start += row) {
    for (std::size_t at = 0; at < row; at += most_columns) {
      const std::size_t first = start + at, count = std::min(most_columns, row - at);
      lines.push_back({unravel_index(static_cast<std::int64_t>(first), shape).str(),
                       row_of(analytic, first, count), row_of(numeric, first, count)});
    }
  }
  std::array<std::size_t, 2> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < 2; ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < 2; ++i) text += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
    text += line[2];
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  text.pop_back();
  return text;
}

std::string worst_entry(const std::string& name, int order, const GradientEntries& entries,
                        const std::optional<LineSlope::Kink>& kink) {
  const std::size_t worst = entries.wrong[0];
  const double analytic = entries.analytic[worst], numeric = entries.numeric[worst];
  std::ostringstream text;
  text << "[gradcheck] " << (order == 2 ? "second derivative" : "gradient") << " wrong for " << name
       << " of shape " << entries.shape << " at "
       << unravel_index(static_cast<std::int64_t>(worst), entries.shape);
  text.precision(10);
  text << ": analytic " << analytic << ", numeric " << numeric;
  text.precision(3);
  text << ", relative error "
       << std::abs(analytic - numeric) / std::max(std::abs(analytic), std::abs(numeric));
  const char* const what = order == 2 ? "gradient" : "function";
  if (kink && kink->jump != 0) {
    text << "; the " << what << " jumps there, by " << kink->jump
         << (order == 2 ? ": the function has a kink" : "");
  } else if (kink) {
    text << "; the " << what << " has a kink there: its slope is " << kink->left << " on the left, "
         << kink->right << " on the right";
  }
  if (entries.weights.size() > 1) text << " (derivatives of the results' sum with random weights)";
  return text.str();
}

// The report shows a single result's own derivative.
void take_out_weight(GradientEntries& entries, std::optional<LineSlope::Kink>& kink) {
  if (entries.weights.size() != 1) return;
  const double weight = entries.weights[0];
  const auto divide = [weight](double& slope) { slope = slope / weight + 0; };  // + 0 makes a -0 plain
  std::for_each(entries.analytic.begin(), entries.analytic.end(), divide);
  std::for_each(entries.numeric.begin(), entries.numeric.end(), divide);
  if (!kink) return;
  for (double* slope : {&kink->left, &kink->right, &kink->jump}) divide(*slope);
}

}  // namespace

GradcheckResult wrong_gradient(const std::string& name, int order, GradientEntries entries,
                               std::optional<LineSlope::Kink> kink) {
  const std::string cause = kink ? std::string() : likely_cause(entries);
  take_out_weight(entries, kink);
  const std::size_t numel = entries.numeric.size();
  std::ostringstream text;
  text << worst_entry(name, order, entries, kink);
  if (numel > 1) text << '\n' << entries.wrong.size() << " of " << numel << " entries wrong";
  if (!cause.empty()) text << (numel > 1 ? "; " : "\n") << "likely cause: " << cause;
  if (numel > 1 && numel <= most_entries) text << '\n' << side_by_side(entries);

  const Tensor is_wrong = zeros({static_cast<std::int64_t>(numel)}, boolean);
  for (const std::size_t e : entries.wrong) is_wrong.at({static_cast<std::int64_t>(e)}) = true;
  return GradcheckResult::failed(
      text.str(), GradcheckMismatch{.name = name,
                                    .analytic = tensor(entries.analytic).reshape(entries.shape),
                                    .numeric = tensor(entries.numeric).reshape(entries.shape),
                                    .is_wrong = is_wrong.reshape(entries.shape),
                                    .likely_cause = cause});
}

}  // namespace xgrad
