#include <xgrad/core/debug/gradcheck_report.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

constexpr std::size_t most_entries = 64, most_columns = 8;  // of the table

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

// One of the two halves of the table.
class Half {
 public:
  explicit Half(std::string title) : title_(std::move(title)) {}

  void add(std::string cell) {
    width_ = std::max(width_, cell.size());
    cells_.push_back(std::move(cell));
  }
  std::string title(std::size_t columns) const { return padded(title_, width(columns)); }
  std::string row(std::size_t first, std::size_t count, std::size_t columns) const {
    std::string text;
    for (std::size_t e = first; e < first + count; ++e) {
      text += std::string(width_ - cells_[e].size(), ' ') + cells_[e] + ' ';
    }
    return padded(text, width(columns));
  }

 private:
  std::size_t width(std::size_t columns) const { return std::max(title_.size(), columns * (width_ + 1)); }

  std::string title_;
  std::vector<std::string> cells_;
  std::size_t width_ = 0;
};

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string side_by_side(const GradientEntries& entries) {
  const std::size_t numel = entries.analytic.size();
  std::vector<bool> is_wrong(numel);
  double largest = 0;
  for (const double a : entries.analytic)
    largest = std::isfinite(a) ? std::max(largest, std::abs(a)) : largest;
  double closest = 1;  // relative error of a wrong entry: it must show in the digits
  for (const std::size_t e : entries.wrong) {
    const double a = entries.analytic[e], n = entries.numeric[e];
    is_wrong[e] = true;
    closest = std::min(closest, std::abs(a - n) / std::max(std::abs(a), std::abs(n)));
  }
  const auto number = [&](double value) {
    std::ostringstream text;
    text.precision(closest < 1e-4 ? 10 : 6);
    text << (std::abs(value) <= 1e-9 * (1 + largest) ? 0 : value);  // without the differences' rounding
    return std::move(text).str();
  };
  Half analytic("analytic"), numeric("numeric");
  for (std::size_t e = 0; e < numel; ++e) {
    analytic.add(number(entries.analytic[e]) + (is_wrong[e] ? '*' : ' '));
    numeric.add(number(entries.numeric[e]));
  }

  const Shape& shape = entries.shape;
  const std::size_t row = shape.dim() == 0 ? 1 : static_cast<std::size_t>(shape[shape.dim() - 1]);
  const std::size_t columns = std::min(row, most_columns);
  struct Line {
    std::string label;
    std::size_t first, count;
  };
  std::vector<Line> lines;
  std::size_t label_width = 2;
  for (std::size_t start = 0; start < numel; start += row) {
    for (std::size_t at = 0; at < row; at += columns) {
      const std::size_t first = start + at;
      lines.push_back(
          {unravel_index(static_cast<std::int64_t>(first), shape).str(), first, std::min(columns, row - at)});
      label_width = std::max(label_width, lines.back().label.size());
    }
  }
  std::string text =
      trimmed(padded("at", label_width) + "  " + analytic.title(columns) + "  " + numeric.title(columns));
  for (const Line& line : lines) {
    text += '\n' +
            trimmed(padded(line.label, label_width) + "  " + analytic.row(line.first, line.count, columns) +
                    "  " + numeric.row(line.first, line.count, columns));
  }
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

// Of a single result, its own derivative.
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
  return GradcheckResult::failed(text.str(),
                                 GradcheckMismatch{name, tensor(entries.analytic).reshape(entries.shape),
                                                   tensor(entries.numeric).reshape(entries.shape),
                                                   is_wrong.reshape(entries.shape), cause});
}

}  // namespace xgrad
