#include "ranks.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#ifdef XGRAD_HAVE_MPI
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/mpi/data_parallel.hpp>
#endif

using namespace xgrad;

namespace {

// What Open MPI, MPICH and Slurm tell a process that they start.
bool is_started_by_mpi() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"}) {
    if (std::getenv(name)) return true;
  }
  return false;
}

#ifdef XGRAD_HAVE_MPI
class MpiRanks : public Ranks {
 public:
  // Ranks that share all processors of a machine divide them. One that mpirun has bound to some keeps those.
  MpiRanks() {
    const bool is_bound = get_num_threads() < ::sysconf(_SC_NPROCESSORS_ONLN);
    if (std::getenv("OMP_NUM_THREADS") || is_bound) return;
    set_num_threads(std::max(1, get_num_threads() / world_.local_size()));
  }
  int rank() const override { return world_.rank(); }
  int size() const override { return world_.size(); }
  void attach(const nn::GPT& model) override { parallel_.emplace(world_, model.named_parameters()); }
  void begin(double targets) override { parallel_->begin(targets); }
  void finish() override { parallel_->finish(); }
  double mean(double loss) const override { return parallel_->mean(loss); }
  bool any(bool value) const override { return world_.sum(value) > 0; }
  void check_same(const std::string& what, const std::string& text) const override {
    const std::vector<std::uint64_t> characters(text.begin(), text.end());
    if (!world_.are_equal(characters)) throw std::runtime_error("the ranks have different " + what);
  }
  void check_equal() const override { parallel_->check_equal(); }
  void leave() override {
    if (std::exchange(has_left_, true)) return;
    parallel_.reset();
    world_.finish();
  }

 private:
  mpi::Communicator world_;
  std::optional<mpi::DataParallel> parallel_;
  bool has_left_ = false;
};
#endif

}  // namespace

std::unique_ptr<Ranks> make_ranks() {
  if (!is_started_by_mpi()) return std::make_unique<Ranks>();
#ifdef XGRAD_HAVE_MPI
  return std::make_unique<MpiRanks>();
#else
  throw std::runtime_error(
      "mpirun has started this program, which was built without MPI: install libopenmpi-dev and build again");
#endif
}
