#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <vector>

#include <xgrad/data/batch_sampler.hpp>
#include <xgrad/data/tensor_dataset.hpp>

namespace xgrad::data {

using Batch = std::vector<Tensor>;  ///< such as inputs and targets

/// Batches of a dataset, epoch after epoch. A loop takes the rest of an epoch:
///
///     data::DataLoader loader(data::TensorDataset({inputs, targets}), {.batch_size = 32, .shuffle = true});
///     while (loader.sampler().epoch() < 10) {
///       for (const data::Batch& batch : loader) train_on(batch[0], batch[1]);
///     }
///
/// `next` gives one batch, and goes on from epoch to epoch. The position can be saved, see BatchSampler: a
/// loop over a restored loader, or one after a loop that was left early, goes on with the batch after the
/// last one. A batch is made when it is asked for, in the calling thread.
class DataLoader {
 public:
  explicit DataLoader(TensorDataset dataset, const BatchOptions& options = {},
                      Generator& generator = default_generator());
  /// For other datasets: `collate` makes the Tensors of the items that the sampler names, for example by
  /// `pad_sequence`.
  DataLoader(BatchSampler sampler, std::function<Batch(const Items&)> collate);

  /// If `collate` throws, its batch is skipped.
  Batch next() { return collate_(sampler_.next()); }
  std::int64_t size() const { return sampler_.size(); }     ///< batches in an epoch
  const BatchSampler& sampler() const { return sampler_; }  ///< knows the epoch and the position

  NamedTensors state_dict() const { return sampler_.state_dict(); }
  void load_state_dict(const NamedTensors& state) { sampler_.load_state_dict(state); }

  class Iterator {  // of a single pass
   public:
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(DataLoader* loader) : loader_(loader) { ++*this; }
    const Batch& operator*() const { return batch_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return loader_ == nullptr; }

   private:
    DataLoader* loader_;  // null: the epoch is over
    Batch batch_;
  };
  Iterator begin() { return Iterator(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  BatchSampler sampler_;
  std::function<Batch(const Items&)> collate_;
};

}  // namespace xgrad::data
