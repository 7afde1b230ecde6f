#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <thread>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::mpi {

/// All processes that `mpirun` has started, each with a rank in [0, size). Without mpirun there is one.
///
///     int main() {
///       mpi::Communicator world;  // outside of any try block: an error is printed before all ranks end
///       ...
///       world.finish();           // all went well
///     }
///
/// One that is destroyed without finish() ends the processes of all ranks: the others would wait forever for
/// a rank that failed. All calls but rank(), size() and local_size() are collective: all ranks make them in
/// the same order, each in the thread that made its Communicator. Errors of MPI throw `std::runtime_error`.
class Communicator {
 public:
  /// Starts MPI, unless the program has. There is one Communicator at a time, and MPI does not start twice.
  Communicator();
  ~Communicator();
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  int local_size() const { return local_size_; }  ///< the ranks on this machine

  /// Waits for all ranks, and ends MPI if this Communicator has started it. Then no call is left but rank(),
  /// size().
  void finish();

  /// Copies rank 0's numbers to all ranks. x is float32 or float64, contiguous, and of the same shape and
  /// dtype everywhere. It is changed in place.
  void broadcast(const Tensor& x) const;
  /// The sum over all ranks, the same bits on each.
  double sum(double value) const;
  /// Whether each of these numbers is the same on all ranks. If not, `first` (may be null) becomes the index
  /// of the first that differs; 0 if the ranks have different counts.
  bool are_equal(std::span<const std::uint64_t> numbers, std::size_t* first = nullptr) const;

 private:
  friend class Reduction;
  void check_usable(std::string_view op) const;

  int rank_ = 0, size_ = 1, local_size_ = 1;
  bool starts_mpi_ = false, is_finished_ = false;
  std::thread::id thread_ = std::this_thread::get_id();
};

/// A sum of a Tensor over all ranks, which the constructor starts and which runs while the program goes on.
/// MPI makes progress only in calls of MPI: in the constructor, `is_done` and `wait`. All ranks start the
/// same reductions in the same order.
class Reduction {
 public:
  /// sum = Σ_r x_r. Both are float32 or float64, contiguous, of the same shape and dtype, and apart in
  /// memory. They are neither read nor written until the reduction is done.
  Reduction(const Communicator& communicator, Tensor x, Tensor sum);
  Reduction(Reduction&&) noexcept;
  ~Reduction();  // waits
  Reduction& operator=(Reduction&&) = delete;

  bool is_done();
  void wait();

 private:
  struct Request;  // MPI's: this header does not include <mpi.h>
  Tensor x_, sum_;
  std::unique_ptr<Request> request_;  // null once it is done
};

}  // namespace xgrad::mpi
