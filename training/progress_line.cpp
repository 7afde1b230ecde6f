#include <xgrad/training/progress_line.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace xgrad::training {
namespace {

struct Piece {
  std::string text;
  int rank;  // the piece with the highest rank is left out first
  const char* colour = nullptr;
};

std::string formatted(const char* format, double value) {
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

std::string loss_text(double loss) { return formatted(loss < 1000 ? "%.4f" : "%.3g", loss); }

std::string count_text(double count) {
  if (count < 1000) return formatted("%.0f", count);
  return count < 1e6 ? formatted("%.1fk", count / 1e3) : formatted("%.1fM", count / 1e6);
}

std::string memory_text(std::int64_t bytes) {
  const double megabytes = static_cast<double>(bytes) / 1e6;
  return megabytes < 1000 ? formatted("%.0f MB", megabytes) : formatted("%.1f GB", megabytes / 1000);
}

double share_done(const ProgressFigures& figures) {
  const double share =
      static_cast<double>(figures.step) / static_cast<double>(std::max<std::int64_t>(1, figures.steps));
  return std::clamp(share, 0.0, 1.0);
}

std::string bar(double share) {
  constexpr std::size_t width = 14;
  const auto done = static_cast<std::size_t>(share * static_cast<double>(width));
  return '[' + std::string(done, '#') + std::string(width - done, '.') + ']';
}

std::size_t width_of(const std::vector<Piece>& pieces) {
  std::size_t width = pieces.empty() ? 0 : 2 * (pieces.size() - 1);
  for (const Piece& piece : pieces) width += piece.text.size();
  return width;
}

void drop_last_ranked(std::vector<Piece>& pieces) {
  pieces.erase(std::max_element(pieces.begin(), pieces.end(),
                                [](const Piece& a, const Piece& b) { return a.rank < b.rank; }));
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole =
      static_cast<std::int64_t>(seconds > 0 ? std::min(seconds, 1e15) + 0.5 : 0);  // also of NaN
  const auto two_digits = [](std::int64_t n) { return (n < 10 ? ":0" : ":") + std::to_string(n); };
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return (hours > 0 ? std::to_string(hours) + two_digits(minutes) : std::to_string(minutes)) +
         two_digits(whole % 60);
}

std::string progress_line(const ProgressFigures& x, const ProgressLineOptions& options) {
  constexpr const char *bold = "\033[1m", *faint = "\033[2m", *cyan = "\033[36m";
  const std::size_t most = options.width == 0 ? std::string::npos : options.width;
  std::vector<Piece> pieces;
  if (options.bar) pieces.push_back({bar(share_done(x)), 5, cyan});
  pieces.push_back({"step " + std::to_string(x.step) + '/' + std::to_string(x.steps), 0});
  pieces.push_back({"loss " + loss_text(x.loss), 1, bold});
  pieces.push_back({"smoothed " + loss_text(x.smoothed_loss), 3});
  pieces.push_back({"lr " + formatted("%.2e", x.lr), 6, faint});
  pieces.push_back({count_text(x.tokens_per_second) + " tokens/s", 4});
  pieces.push_back({duration_text(x.seconds_left) + " left", 2});
  if (x.memory > 0) pieces.push_back({memory_text(x.memory), 7, faint});

  while (pieces.size() > 2 && width_of(pieces) > most) drop_last_ranked(pieces);
  if (width_of(pieces) > most) pieces.front().text = formatted("%.0f%%", 100 * share_done(x));
  if (width_of(pieces) > most) pieces.pop_back();

  std::string line;
  for (const Piece& piece : pieces) {
    if (!line.empty()) line += "  ";
    const bool coloured = options.colours && piece.colour;
    line += coloured ? piece.colour + piece.text + "\033[0m" : piece.text;
  }
  return width_of(pieces) > most ? line.substr(0, most) : line;  // then it is the share alone, uncoloured
}

}  // namespace xgrad::training
