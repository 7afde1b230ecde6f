#include "text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <iomanip>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "model.hpp"
#include "train.hpp"
#include "utf8.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t validated = 65536;  // characters at most, so that validation is cheap

// Some files, such as /dev/zero, never end. Opening others, such as a tape drive, has side effects.
void check_has_an_end(const fs::path& path) {
  std::error_code none;  // opening reports a missing file
  const fs::file_status status = fs::status(path, none);
  if (!fs::exists(status) || fs::is_regular_file(status) || fs::is_directory(status) || fs::is_fifo(status))
    return;
  throw std::runtime_error("cannot read " + path.string() + ": it is neither a regular file nor a pipe");
}

std::string read_bytes(const fs::path& path, std::size_t most_bytes) {
  const auto check = [&](bool is_fine) {
    if (is_fine) return;
    throw std::runtime_error("cannot read " + path.string() + ": " + std::system_category().message(errno));
  };
  check_has_an_end(path);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  check(file != nullptr);
  std::string bytes;
  std::array<char, 1 << 16> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), file.get())) {
    bytes.append(part.data(), count);
    if (bytes.size() <= most_bytes) continue;
    throw std::runtime_error("cannot read " + path.string() + ": a text can have " +
                             std::to_string(most_bytes) + " bytes, and this one has more");
  }
  check(std::ferror(file.get()) == 0);
  return bytes;
}

}  // namespace

std::u32string read_text(const fs::path& path, const std::string& name, std::size_t most_bytes) {
  const std::string bytes = read_bytes(path, most_bytes);
  const std::string named = name + ' ' + path.string();
  if (bytes.empty()) throw std::runtime_error(named + " is empty: there is nothing to read");
  return decode_utf8(bytes, named);
}

Text::Text(const std::u32string& text, std::int64_t context)
    : vocabulary_(Vocabulary::in(text)),
      tokens_(vocabulary_.tokens(text, "the training text")),
      context_(context),
      split_(static_cast<std::int64_t>(text.size()) * 9 / 10) {
  const auto held_out = static_cast<std::int64_t>(text.size()) - split_;
  const std::int64_t longest = std::min(split_, held_out) - 1;
  if (longest >= context) return;
  throw std::runtime_error("the training text is too short: its parts, " + std::to_string(split_) +
                           " characters to train on and " + std::to_string(held_out) +
                           " to validate, must both be longer than --context " + std::to_string(context) +
                           "; take a longer text" +
                           (longest < 1 ? "" : ", or a --context up to " + std::to_string(longest)));
}

Batch Text::windows(const std::vector<std::int64_t>& starts) const {
  const auto count = static_cast<std::int64_t>(starts.size());
  Batch batch{empty({count, context_}, int64), empty({count, context_}, int64)};
  auto* tokens = batch.tokens.mutable_data<std::int64_t>();
  auto* targets = batch.targets.mutable_data<std::int64_t>();
  for (const std::int64_t start : starts) {
    tokens = std::copy_n(tokens_.begin() + start, context_, tokens);
    targets = std::copy_n(tokens_.begin() + start + 1, context_, targets);
  }
  return batch;
}

Batch Text::next_batch(std::int64_t size, Generator& generator) const {
  return windows(randint(0, split_ - context_, {size}, int64, generator).to_vector<std::int64_t>());
}

nn::GPTOptions Text::model_options(const Config& config) const {
  return model_options_of(config, vocabulary_.size(), context_, /*tied=*/true);
}

std::string Text::data_hash() const {
  std::uint64_t hash = 0xcbf29ce484222325;  // Fowler, Noll & Vo; 64 bits
  for (const std::int64_t token : tokens_) hash = (hash ^ vocabulary_.character(token)) * 0x100000001b3;
  return std::to_string(hash);
}

std::vector<Written> Text::write(const nn::GPT& model) const {
  const std::int64_t seen = std::max<std::int64_t>(1, context_ / 4);
  const std::vector<std::int64_t> prompt(tokens_.begin() + split_, tokens_.begin() + split_ + seen);
  Generator draws(0);
  const auto written =
      nn::generate(model, {prompt}, {.max_new_tokens = context_ - seen, .temperature = 0.8}, draws);
  const auto text_of = [&](const std::vector<std::int64_t>& tokens) {
    std::u32string text;
    for (const std::int64_t token : tokens) text += vocabulary_.character(token);
    return encode_utf8(text);
  };
  return {{.prompt = text_of(prompt), .text = text_of(written.front().tokens)}};
}

Measure Text::validate(nn::GPT& model, std::int64_t size) const {
  const double loss = validation_loss(model, size);
  std::ostringstream shown;
  shown << std::fixed << std::setprecision(4) << loss;
  return {"validation_loss", loss, "validation loss", shown.str()};
}

double Text::validation_loss(nn::GPT& model, std::int64_t size) const {
  const nn::EvalGuard eval(model);
  const std::int64_t all = (static_cast<std::int64_t>(tokens_.size()) - split_ - 1) / context_;
  const std::int64_t used = std::min(all, std::max<std::int64_t>(1, validated / context_));
  double total = 0;
  std::vector<std::int64_t> starts;
  for (std::int64_t window = 0; window < used; ++window) {
    starts.push_back(split_ + window * all / used * context_);
    const auto count = static_cast<std::int64_t>(starts.size());
    if (count < size && window + 1 < used) continue;
    total += batch_loss(model, windows(starts)).item<double>() * static_cast<double>(count);
    starts.clear();
  }
  return total / static_cast<double>(used);
}
