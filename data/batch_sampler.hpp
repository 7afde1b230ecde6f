#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad::data {

using Items = std::vector<std::int64_t>;  ///< the numbers of some items of a dataset

struct BatchOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;    ///< a new order in each epoch
  bool drop_last = false;  ///< leaves out a last batch that is smaller than batch_size
};

/// At least one of the two limits is needed.
struct BucketOptions {
  std::int64_t batch_size = 0;  ///< the most items in a batch; 0: any number
  std::int64_t max_tokens = 0;  ///< the most tokens in a batch, padding counted; 0: any number
  bool shuffle = true;          ///< within each length, and the order of the batches
};

/// Says which items make each batch, epoch after epoch. Its position can be saved: a sampler that is restored
/// in the middle of an epoch goes on with the same batches.
///
/// It has a seed of its own, one draw from `generator`. The order of epoch e comes from Generator(seed + e),
/// so other draws do not change it. An epoch counts from 0.
class BatchSampler {
 public:
  /// Batches of `batch_size` of the items 0, 1, ..., size − 1.
  explicit BatchSampler(std::int64_t size, const BatchOptions& options = {},
                        Generator& generator = default_generator());
  /// Batches of items of similar length, with as little padding as possible: the items are sorted by length
  /// and cut into batches. The lengths are int64, not negative: (N), or (N, k) for items of k sequences, such
  /// as a source and a target; those are sorted by the first length, then by the second, ... A batch of n
  /// items has n · Σ_k max length_k tokens. Throws if an item has more than max_tokens.
  explicit BatchSampler(const Tensor& lengths, const BucketOptions& options,
                        Generator& generator = default_generator());

  /// The next batch. After the last one of an epoch, the next epoch starts. Throws if an epoch has no batch.
  const Items& next();

  std::int64_t size() const { return static_cast<std::int64_t>(batches_.size()); }  ///< batches in an epoch
  std::int64_t num_items() const { return num_items_; }
  std::int64_t epoch() const { return epoch_; }
  std::int64_t position() const { return position_; }  ///< how many batches of this epoch `next` has given
  bool epoch_is_over() const { return position_ == size(); }

  void set_epoch(std::int64_t epoch);  ///< goes to the start of this epoch
  /// `epoch`, `position`, `seed`, and what they are of: `num_items`, `num_batches`; 0-d int64 Tensors.
  NamedTensors state_dict() const;
  /// Throws `std::invalid_argument` if the state is of other items or batches; then nothing has changed.
  void load_state_dict(const NamedTensors& state);

 private:
  using Order = std::function<std::vector<Items>(Generator&)>;  // of one epoch
  BatchSampler(std::int64_t num_items, Order order, Generator& generator);

  std::int64_t num_items_;
  Order order_;
  std::uint64_t seed_;
  std::vector<Items> batches_;
  std::int64_t epoch_ = 0, position_ = 0;
};

}  // namespace xgrad::data
