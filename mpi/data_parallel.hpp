#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/mpi/communicator.hpp>

namespace xgrad::mpi {

struct DataParallelOptions {
  std::size_t bucket_bytes = std::size_t{1} << 20;  ///< gradients that are summed over the ranks in one go
};

/// Data-parallel training: each rank has the same parameters and its own part of each batch (Li et al. 2020,
/// "PyTorch Distributed", section 3). A step:
///
///     parallel.begin(tokens);  // how many this rank has
///     loss.backward();         // the mean over them
///     parallel.finish();       // each grad() is now that of the joint batch
///     optimizer.step();
///
/// With the weight w_r of rank r, a gradient becomes Σ_r w_r g_r / Σ_r w_r. The gradients lie in buckets. A
/// bucket is on its way once backward() has made its last gradient and the buckets before it have started, by
/// hooks on the parameters, so that the network works while backward() goes on. A parameter without a
/// gradient holds its bucket and all later ones back until finish(). Buckets are the same in each step and
/// start in one order, so a step repeats bit by bit. Whether a sum has the same bits on all ranks is up to
/// MPI, which recommends it; check_equal() finds out. A parameter that no rank has used keeps the gradient it
/// has, if any.
///
/// backward() of other losses before begin() adds to the gradients as usual: the sum of all is averaged.
/// Between begin() and finish() there is one backward() at most, and no grad() that reaches the parameters; a
/// rank with weight 0 needs none. Hooks that
/// were registered before see and replace a gradient first; what later ones return, finish() replaces.
class DataParallel {
 public:
  using NamedParameters = std::vector<std::pair<std::string, Variable>>;

  /// Copies rank 0's values to all ranks. All parameters are float32 or float64. Those that require no
  /// gradient at that moment are copied and then left alone. Throws on all ranks if names, shapes, dtypes,
  /// the frozen parameters or bucket_bytes differ between the ranks. The communicator must outlive it.
  DataParallel(const Communicator& communicator, NamedParameters parameters,
               const DataParallelOptions& options = {});
  ~DataParallel();
  DataParallel(const DataParallel&) = delete;
  DataParallel& operator=(const DataParallel&) = delete;

  /// `weight` is the number of tokens, or of what else the loss is a mean over, in this rank's part. Not
  /// negative; the sum must be positive and finite. The gradients of a rank with weight 0 count as 0.
  void begin(double weight);
  void finish();
  /// Σ_r w_r value_r / Σ_r w_r with the weights of the last begin(), such as the mean loss of the joint
  /// batch.
  double mean(double value) const;
  /// Throws on all ranks unless each parameter has the same bits on each, as far as a digest of 64 bits
  /// tells. Names the first that has not.
  void check_equal() const;

  /// How many of the buckets were on their way before the last backward() ended.
  std::size_t started_early() const;
  std::size_t num_buckets() const;

 private:
  struct State;  // the hooks hold its address
  std::unique_ptr<State> state_;
};

}  // namespace xgrad::mpi
