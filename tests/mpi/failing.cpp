// A rank that fails ends the job: the others would wait forever for the sum.
#include <cstdio>
#include <stdexcept>

#include <xgrad/mpi/communicator.hpp>

int main() {
  xgrad::mpi::Communicator world;
  try {
    if (world.rank() == 1) throw std::runtime_error("rank 1 fails on purpose");
    world.sum(1);
    world.sum(1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  world.finish();
  return 0;
}
