#include <xgrad/mpi/communicator.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <mpi.h>

#include <xgrad/core/base/error.hpp>

namespace xgrad::mpi {
namespace {

// MPI's default is to end the program at an error, with a message that names no op.
void check(int status, std::string_view op) {
  if (status == MPI_SUCCESS) return;
  std::string text(MPI_MAX_ERROR_STRING, ' ');
  int length = 0;
  MPI_Error_string(status, text.data(), &length);
  fail_state(op, "MPI: ", text.substr(0, static_cast<std::size_t>(length)));
}

MPI_Datatype type_of(std::string_view op, const Tensor& x) {
  switch (x.dtype()) {
    case float32:
      return MPI_FLOAT;
    case float64:
      return MPI_DOUBLE;
    default:
      fail(op, "needs float32 or float64, got ", x.dtype(), ' ', x.shape());
  }
}

int count_of(std::string_view op, const Tensor& x) {
  if (!x.is_contiguous()) fail(op, "the Tensor of shape ", x.shape(), " is not contiguous");
  if (x.numel() > std::numeric_limits<int>::max())
    fail(op, "the Tensor of shape ", x.shape(), " has more than 2³¹ − 1 numbers, which MPI cannot count");
  return static_cast<int>(x.numel());
}

void* memory_of(const Tensor& x) {
  return x.dtype() == float32 ? static_cast<void*>(x.mutable_data<float>()) : x.mutable_data<double>();
}

}  // namespace

Communicator::Communicator() {
  int is_started = 0, was_finished = 0;
  MPI_Initialized(&is_started);
  MPI_Finalized(&was_finished);
  if (was_finished) fail_state("Communicator", "MPI has ended in this process, and does not start twice");
  if (!is_started) {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "Communicator");
    if (provided < MPI_THREAD_FUNNELED)
      fail_state("Communicator", "this MPI does not run beside threads, and xgrad has some");
    starts_mpi_ = true;
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "Communicator");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "Communicator");
  MPI_Comm machine = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine),
        "Communicator");
  check(MPI_Comm_size(machine, &local_size_), "Communicator");
  MPI_Comm_free(&machine);
}

Communicator::~Communicator() {
  if (is_finished_) return;
  if (size_ > 1) MPI_Abort(MPI_COMM_WORLD, 1);
  if (starts_mpi_) MPI_Finalize();
}

void Communicator::check_usable(std::string_view op) const {
  if (is_finished_) fail_state(op, "the Communicator is finished");
  if (std::this_thread::get_id() != thread_)
    fail_state(op, "another thread made the Communicator; MPI takes calls from that one only");
}

void Communicator::finish() {
  check_usable("finish");
  check(MPI_Barrier(MPI_COMM_WORLD), "finish");
  is_finished_ = true;
  if (starts_mpi_) check(MPI_Finalize(), "finish");
}

void Communicator::broadcast(const Tensor& x) const {
  check_usable("broadcast");
  const MPI_Datatype type = type_of("broadcast", x);
  check(MPI_Bcast(memory_of(x), count_of("broadcast", x), type, 0, MPI_COMM_WORLD), "broadcast");
}

// Each rank adds in the order of the ranks. MPI does not promise that an all-reduce gives all ranks the same
// bits.
double Communicator::sum(double value) const {
  check_usable("sum");
  std::vector<double> all(static_cast<std::size_t>(size_));
  check(MPI_Allgather(&value, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, MPI_COMM_WORLD), "sum");
  double total = 0;
  for (const double each : all) total += each;
  return total;
}

bool Communicator::are_equal(std::span<const std::uint64_t> numbers, std::size_t* first) const {
  check_usable("are_equal");
  const std::uint64_t count = numbers.size();
  std::vector<std::uint64_t> least{count}, most{count};
  const auto compare = [](std::vector<std::uint64_t>& low, std::vector<std::uint64_t>& high) {
    const int size = static_cast<int>(low.size());
    check(MPI_Allreduce(MPI_IN_PLACE, low.data(), size, MPI_UINT64_T, MPI_MIN, MPI_COMM_WORLD), "are_equal");
    check(MPI_Allreduce(MPI_IN_PLACE, high.data(), size, MPI_UINT64_T, MPI_MAX, MPI_COMM_WORLD), "are_equal");
  };
  compare(least, most);
  std::size_t different = 0;
  if (least == most) {
    least.assign(numbers.begin(), numbers.end());
    most = least;
    compare(least, most);
    if (least == most) return true;
    different = static_cast<std::size_t>(std::mismatch(least.begin(), least.end(), most.begin()).first -
                                         least.begin());
  }
  if (first) *first = different;
  return false;
}

struct Reduction::Request {
  MPI_Request of_mpi = MPI_REQUEST_NULL;
};

// Not in place: Open MPI 4.1 would send each number log₂(ranks) times then, instead of twice at most.
Reduction::Reduction(const Communicator& communicator, Tensor x, Tensor sum)
    : x_(std::move(x)), sum_(std::move(sum)), request_(std::make_unique<Request>()) {
  communicator.check_usable("Reduction");
  const MPI_Datatype type = type_of("Reduction", x_);
  const int count = count_of("Reduction", x_);
  if (sum_.dtype() != x_.dtype() || count_of("Reduction", sum_) != count || sum_.storage() == x_.storage())
    fail("Reduction", "the sum of ", x_.shape(), ' ', x_.dtype(), " does not go to ", sum_.shape(), ' ',
         sum_.dtype(), sum_.storage() == x_.storage() ? " in the same memory" : "");
  check(
      MPI_Iallreduce(memory_of(x_), memory_of(sum_), count, type, MPI_SUM, MPI_COMM_WORLD, &request_->of_mpi),
      "Reduction");
}

Reduction::Reduction(Reduction&&) noexcept = default;

Reduction::~Reduction() {
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (request_ && !is_over) MPI_Wait(&request_->of_mpi, MPI_STATUS_IGNORE);
}

bool Reduction::is_done() {
  if (!request_) return true;
  int done = 0;
  check(MPI_Test(&request_->of_mpi, &done, MPI_STATUS_IGNORE), "Reduction");
  if (done) request_.reset();
  return done != 0;
}

void Reduction::wait() {
  if (!request_) return;
  check(MPI_Wait(&request_->of_mpi, MPI_STATUS_IGNORE), "Reduction");
  request_.reset();
}

}  // namespace xgrad::mpi
