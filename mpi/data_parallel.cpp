#include <xgrad/mpi/data_parallel.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <sstream>
#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::mpi {
namespace {

// The step of FNV-1a on words of 8 bytes, the last one filled with zeros. The shift brings high bits down:
// without it, the changed signs of two numbers would cancel.
std::uint64_t digest(const void* memory, std::size_t bytes) {
  std::uint64_t result = 14695981039346656037ULL;
  for (std::size_t i = 0; i < bytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const char*>(memory) + i, std::min<std::size_t>(8, bytes - i));
    result = (result ^ word) * 1099511628211ULL;
    result ^= result >> 32;
  }
  return result;
}

std::uint64_t digest(const std::string& text) { return digest(text.data(), text.size()); }

std::uint64_t digest(const Tensor& numbers) {
  const Tensor x = numbers.contiguous();
  return digest(x.storage()->data() + static_cast<std::size_t>(x.offset()) * item_size(x.dtype()),
                x.nbytes());
}

std::string description(const std::pair<std::string, Variable>& parameter) {
  std::ostringstream text;
  text << parameter.first << ", " << parameter.second.shape() << ' ' << parameter.second.dtype()
       << (parameter.second.requires_grad() ? "" : ", frozen");
  return std::move(text).str();
}

}  // namespace

// In memory: the gradients, one after the other, and for each a flag that is not 0 if a rank has used it.
struct Bucket {
  Tensor memory = {}, sum = {};  // this rank's, and that over all ranks
  std::vector<std::size_t> parameters = {};
  std::size_t missing = 0;  // gradients that backward() has still to make in this step
  std::optional<Reduction> reduction = {};
};

struct DataParallel::State {
  struct Place {
    std::size_t bucket, index;  // the index is that of the flag
    std::int64_t begin;         // in the bucket's memory
    Shape shape;
    bool has_arrived = false;
  };

  const Communicator& world;
  NamedParameters all;                    // as given
  std::vector<Variable> parameters = {};  // those that require a gradient
  std::vector<Place> places = {};
  std::vector<Bucket> buckets = {};
  std::vector<HookHandle> hooks = {};
  double share = 1;  // w_r / Σ w_r
  bool has_weights = false;
  bool is_active = false;   // between begin() and finish()
  std::size_t started = 0;  // buckets of this step
  std::size_t started_early = 0;

  void make_buckets(std::size_t bytes);
  Tensor gradient_in(const Tensor& memory, std::size_t parameter) const;
  Tensor flag_in(const Tensor& memory, std::size_t parameter) const;
  void put(std::size_t parameter, const Tensor& gradient, const Tensor& sum_so_far);
  void start_complete_buckets();
  void check_shapes() const;
};

// backward() makes the gradients of the last layers first, so their parameters fill the first bucket.
void DataParallel::State::make_buckets(std::size_t bytes) {
  places.resize(parameters.size());
  std::vector<std::int64_t> sizes;
  for (std::size_t p = parameters.size(); p-- > 0;) {
    const Variable& parameter = parameters[p];
    const std::size_t held =
        sizes.empty() ? 0 : static_cast<std::size_t>(sizes.back()) * item_size(parameter.dtype());
    const bool fits = !buckets.empty() && held + parameter.value().nbytes() <= bytes &&
                      parameters[buckets.back().parameters[0]].dtype() == parameter.dtype();
    if (!fits) {
      buckets.emplace_back();
      sizes.push_back(0);
    }
    places[p] = {.bucket = buckets.size() - 1,
                 .index = buckets.back().parameters.size(),
                 .begin = sizes.back(),
                 .shape = parameter.shape()};
    buckets.back().parameters.push_back(p);
    sizes.back() += parameter.numel();
  }
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    const auto flags = static_cast<std::int64_t>(buckets[b].parameters.size());
    buckets[b].memory = zeros({sizes[b] + flags}, parameters[buckets[b].parameters[0]].dtype());
    buckets[b].sum = zeros_like(buckets[b].memory);
  }
}

Tensor DataParallel::State::gradient_in(const Tensor& memory, std::size_t p) const {
  const std::int64_t begin = places[p].begin;
  return memory.slice(0, begin, begin + parameters[p].numel()).reshape(parameters[p].shape());
}

Tensor DataParallel::State::flag_in(const Tensor& memory, std::size_t p) const {
  const std::size_t flags = buckets[places[p].bucket].parameters.size();
  const std::int64_t at = memory.numel() - static_cast<std::int64_t>(flags - places[p].index);
  return memory.slice(0, at, at + 1);
}

void DataParallel::State::put(std::size_t p, const Tensor& gradient, const Tensor& sum_so_far) {
  const Tensor& memory = buckets[places[p].bucket].memory;
  const Tensor slot = gradient_in(memory, p);
  const bool is_used = gradient.defined() || sum_so_far.defined();
  if (gradient.defined()) {
    slot.copy_(gradient);
  } else {
    slot.zero_();
  }
  if (sum_so_far.defined()) slot.add_(sum_so_far);
  share == 0 ? slot.zero_() : slot.mul_(share);  // a mean over nothing is NaN
  flag_in(memory, p).fill_(is_used ? 1.0 : 0.0);
  places[p].has_arrived = true;
  --buckets[places[p].bucket].missing;
}

void DataParallel::State::check_shapes() const {
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (parameters[p].shape() == places[p].shape) continue;
    fail_state("DataParallel", "a parameter of shape ", places[p].shape, " has become one of ",
               parameters[p].shape(), "; make a new DataParallel");
  }
}

// In the order of the buckets, which is the same on all ranks. A test of those on their way lets MPI work.
void DataParallel::State::start_complete_buckets() {
  for (std::size_t b = 0; b < started; ++b) buckets[b].reduction->is_done();
  while (started < buckets.size() && buckets[started].missing == 0) {
    buckets[started].reduction.emplace(world, buckets[started].memory, buckets[started].sum);
    ++started;
  }
}

DataParallel::DataParallel(const Communicator& communicator, NamedParameters parameters,
                           const DataParallelOptions& options)
    : state_(std::make_unique<State>(State{.world = communicator, .all = std::move(parameters)})) {
  State& state = *state_;
  if (const std::uint64_t bytes = options.bucket_bytes; !communicator.are_equal({&bytes, 1}))
    fail("DataParallel", "the ranks have different bucket_bytes: ", bytes, " on rank ", communicator.rank());
  std::vector<std::uint64_t> descriptions;
  for (const auto& named : state.all) descriptions.push_back(digest(description(named)));
  std::size_t first = 0;
  if (!communicator.are_equal(descriptions, &first)) {
    fail("DataParallel", "the ranks have different parameters: on rank ", communicator.rank(), " there are ",
         state.all.size(), ", and number ", first, " is ",
         first < state.all.size() ? description(state.all[first]) : "missing");
  }
  for (const auto& [name, parameter] : state.all) {
    const Tensor numbers = parameter.value().contiguous();
    communicator.broadcast(numbers);
    if (!parameter.value().is_contiguous()) parameter.value().copy_(numbers);
    if (parameter.requires_grad()) state.parameters.push_back(parameter);
  }
  state.make_buckets(options.bucket_bytes);
  for (std::size_t p = 0; p < state.parameters.size(); ++p) {
    state.hooks.push_back(state.parameters[p].register_hook([&state, p](const Variable& gradient) {
      if (!state.is_active) return;
      if (state.places[p].has_arrived) {
        fail_state("DataParallel", "backward() reaches the parameter of shape ", gradient.shape(),
                   " a second time between begin() and finish(); call begin() before the last backward()");
      }
      const Variable& parameter = state.parameters[p];
      state.put(p, gradient.value(), parameter.has_grad() ? parameter.grad() : Tensor());
      state.start_complete_buckets();
    }));
  }
}

DataParallel::~DataParallel() {
  for (HookHandle& hook : state_->hooks) hook.remove();
}

void DataParallel::begin(double weight) {
  State& state = *state_;
  if (state.is_active) fail_state("DataParallel", "begin() was called twice without finish()");
  if (!(weight >= 0) || std::isinf(weight))
    fail("DataParallel", "a weight must be finite and not negative, got ", weight, " on rank ",
         state.world.rank());
  const double total = state.world.sum(weight);
  if (!(total > 0)) fail("DataParallel", "the weights of all ranks are 0");
  if (std::isinf(total)) fail("DataParallel", "the weights of all ranks add up to infinity");
  state.check_shapes();
  state.share = weight / total;
  state.has_weights = true;
  state.started = 0;
  for (Bucket& bucket : state.buckets) {
    bucket.missing = bucket.parameters.size();
    bucket.reduction.reset();
  }
  for (State::Place& place : state.places) place.has_arrived = false;
  state.is_active = true;
}

void DataParallel::finish() {
  State& state = *state_;
  if (!state.is_active) fail_state("DataParallel", "finish() needs a begin()");
  state.started_early = state.started;
  for (std::size_t p = 0; p < state.parameters.size(); ++p) {
    if (state.places[p].has_arrived) continue;
    state.put(p, {}, state.parameters[p].has_grad() ? state.parameters[p].grad() : Tensor());
  }
  state.start_complete_buckets();
  state.is_active = false;
  for (Bucket& bucket : state.buckets) {
    bucket.reduction->wait();
    for (const std::size_t p : bucket.parameters) {
      const Variable& parameter = state.parameters[p];
      if (!parameter.requires_grad()) continue;  // frozen since
      if (state.flag_in(bucket.sum, p).item<double>() == 0) continue;
      const Tensor sum = state.gradient_in(bucket.sum, p);
      if (parameter.has_grad()) {
        parameter.grad().copy_(sum);
      } else {
        parameter.set_grad(sum.clone());
      }
    }
  }
}

double DataParallel::mean(double value) const {
  if (!state_->has_weights) fail_state("DataParallel", "mean() needs a begin()");
  return state_->world.sum(state_->share == 0 ? 0 : state_->share * value);
}

void DataParallel::check_equal() const {
  std::vector<std::uint64_t> digests;
  for (const auto& named : state_->all) digests.push_back(digest(named.second.value()));
  std::size_t first = 0;
  if (state_->world.are_equal(digests, &first)) return;
  fail_state("DataParallel", "the parameter ", state_->all[first].first, " is not the same on all ranks");
}

std::size_t DataParallel::started_early() const { return state_->started_early; }

std::size_t DataParallel::num_buckets() const { return state_->buckets.size(); }

}  // namespace xgrad::mpi
