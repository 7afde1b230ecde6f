#include <xgrad/data/data_loader.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>

namespace xgrad::data {

DataLoader::DataLoader(TensorDataset dataset, const BatchOptions& options, Generator& generator)
    : sampler_(dataset.size(), options, generator),
      collate_([dataset = std::move(dataset)](const Items& items) { return dataset.batch(items); }) {}

DataLoader::DataLoader(BatchSampler sampler, std::function<Batch(const Items&)> collate)
    : sampler_(std::move(sampler)), collate_(std::move(collate)) {
  if (!collate_) fail("DataLoader", "collate is empty; it must be a function");
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  if (loader_->sampler_.epoch_is_over()) {
    loader_->sampler_.set_epoch(loader_->sampler_.epoch() + 1);
    loader_ = nullptr;
  } else {
    batch_ = loader_->next();
  }
  return *this;
}

}  // namespace xgrad::data
