#include <xgrad/data/batch_sampler.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/state_reader.hpp>

namespace xgrad::data {
namespace {

void check_size(std::int64_t size, const BatchOptions& options) {
  if (size < 0) fail("BatchSampler", "there cannot be ", size, " items");
  if (options.batch_size < 1) fail("BatchSampler", "batch_size must be at least 1, not ", options.batch_size);
}

std::vector<Items> consecutive_batches(const Items& items, const BatchOptions& options) {
  const auto size = static_cast<std::ptrdiff_t>(items.size());
  std::vector<Items> batches;
  for (std::ptrdiff_t begin = 0; begin < size; begin += options.batch_size) {
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::int64_t>(options.batch_size, size - begin));
    if (count == options.batch_size || !options.drop_last)
      batches.emplace_back(items.begin() + begin, items.begin() + begin + count);
    if (count < options.batch_size) break;  // begin + batch_size could overflow
  }
  return batches;
}

Items in_order(std::int64_t size) {
  Items items(static_cast<std::size_t>(size));
  std::iota(items.begin(), items.end(), 0);
  return items;
}

Items in_random_order(std::int64_t size, Generator& generator) {
  return randperm(size, generator).to_vector<std::int64_t>();
}

// The lengths of N items of k sequences.
struct Lengths {
  std::int64_t items = 0, sequences = 1;
  std::vector<std::int64_t> values = {};  // (N, k)
  const std::int64_t* of(std::int64_t item) const { return values.data() + item * sequences; }
};

Lengths read_lengths(const Tensor& lengths, const BucketOptions& options) {
  check_defined("BatchSampler", lengths);
  if (lengths.dtype() != int64 || lengths.dim() < 1 || lengths.dim() > 2) {
    fail("BatchSampler", "lengths must be int64 of shape (N) or (N, k), not ", lengths.dtype(), ' ',
         lengths.shape());
  }
  if (options.batch_size < 0 || options.max_tokens < 0 || options.batch_size + options.max_tokens == 0) {
    fail("BatchSampler", "a bucket needs a positive batch_size or max_tokens, not ", options.batch_size,
         " and ", options.max_tokens);
  }
  Lengths read{lengths.size(0), lengths.dim() == 2 ? lengths.size(1) : 1, lengths.to_vector<std::int64_t>()};
  for (std::int64_t item = 0; item < read.items; ++item) {
    std::int64_t tokens = 0;
    for (std::int64_t k = 0; k < read.sequences; ++k) {
      if (read.of(item)[k] < 0) fail("BatchSampler", "item ", item, " has the length ", read.of(item)[k]);
      tokens += read.of(item)[k];
    }
    if (options.max_tokens == 0 || tokens <= options.max_tokens) continue;
    fail("BatchSampler", "item ", item, " has ", tokens, " tokens, more than max_tokens ",
         options.max_tokens);
  }
  return read;
}

// Sorted by length, consecutive items need the least padding. Each batch takes as many as fit.
std::vector<Items> bucketed_batches(const Lengths& lengths, const BucketOptions& options, Items items) {
  std::stable_sort(items.begin(), items.end(), [&](std::int64_t a, std::int64_t b) {
    const auto *x = lengths.of(a), *y = lengths.of(b);
    return std::lexicographical_compare(x, x + lengths.sequences, y, y + lengths.sequences);
  });
  std::vector<Items> batches;
  std::vector<std::int64_t> longest;  // of each sequence, in the last batch
  for (const std::int64_t item : items) {
    if (!batches.empty()) {
      std::int64_t tokens = 0;  // of one item, if this one joins the last batch
      for (std::size_t k = 0; k < longest.size(); ++k) tokens += std::max(longest[k], lengths.of(item)[k]);
      const auto count = static_cast<std::int64_t>(batches.back().size());
      const bool fits = (options.batch_size == 0 || count < options.batch_size) &&
                        (options.max_tokens == 0 || tokens == 0 || count + 1 <= options.max_tokens / tokens);
      if (fits) {
        batches.back().push_back(item);
        for (std::size_t k = 0; k < longest.size(); ++k)
          longest[k] = std::max(longest[k], lengths.of(item)[k]);
        continue;
      }
    }
    batches.push_back({item});
    longest.assign(lengths.of(item), lengths.of(item) + lengths.sequences);
  }
  return batches;
}

}  // namespace

BatchSampler::BatchSampler(std::int64_t num_items, Order order, Generator& generator)
    : num_items_(num_items), order_(std::move(order)), seed_(generator.random64()) {
  set_epoch(0);
}

BatchSampler::BatchSampler(std::int64_t size, const BatchOptions& options, Generator& generator)
    : BatchSampler((check_size(size, options), size),
                   [size, options](Generator& draws) {
                     return consecutive_batches(
                         options.shuffle ? in_random_order(size, draws) : in_order(size), options);
                   },
                   generator) {}

BatchSampler::BatchSampler(const Tensor& lengths, const BucketOptions& options, Generator& generator)
    : BatchSampler(
          lengths.defined() && lengths.dim() > 0 ? lengths.size(0) : 0,
          [lengths = read_lengths(lengths, options), options](Generator& draws) {
            if (!options.shuffle) return bucketed_batches(lengths, options, in_order(lengths.items));
            // A random order before the sort makes one within each length.
            std::vector<Items> batches =
                bucketed_batches(lengths, options, in_random_order(lengths.items, draws));
            std::vector<Items> shuffled;
            for (const std::int64_t i : in_random_order(static_cast<std::int64_t>(batches.size()), draws))
              shuffled.push_back(std::move(batches[static_cast<std::size_t>(i)]));
            return shuffled;
          },
          generator) {}

void BatchSampler::set_epoch(std::int64_t epoch) {
  if (epoch < 0) fail("BatchSampler", "epochs count from 0; there is no epoch ", epoch);
  Generator draws(seed_ + static_cast<std::uint64_t>(epoch));
  batches_ = order_(draws);
  epoch_ = epoch;
  position_ = 0;
}

const Items& BatchSampler::next() {
  if (batches_.empty()) fail("BatchSampler", "there is no batch: ", num_items_, " items, and none full");
  if (epoch_is_over()) set_epoch(epoch_ + 1);
  return batches_[static_cast<std::size_t>(position_++)];
}

NamedTensors BatchSampler::state_dict() const {
  return {{"epoch", tensor(epoch_, int64)},
          {"position", tensor(position_, int64)},
          {"seed", tensor(bit_cast<std::int64_t>(seed_), int64)},
          {"num_items", tensor(num_items_, int64)},
          {"num_batches", tensor(size(), int64)}};
}

void BatchSampler::load_state_dict(const NamedTensors& state) {
  StateReader reader(state);
  const std::int64_t epoch = reader.integer("epoch"), position = reader.integer("position"),
                     seed = reader.integer("seed"), items = reader.integer("num_items"),
                     count = reader.integer("num_batches");
  if (items != num_items_ || count != size()) {
    reader.problem("it is of " + std::to_string(count) + " batches of " + std::to_string(items) +
                   " items, these are " + std::to_string(size()) + " of " + std::to_string(num_items_));
  } else if (epoch < 0 || position < 0 || position > count) {
    reader.problem("there is no batch " + std::to_string(position) + " in epoch " + std::to_string(epoch));
  }
  reader.finish("the state does not fit the batches");
  seed_ = bit_cast<std::uint64_t>(seed);
  set_epoch(epoch);
  position_ = position;
}

}  // namespace xgrad::data
