// Every rank runs all tests, and those that fail print.
#define DOCTEST_CONFIG_IMPLEMENT
#include <stdexcept>

#include "ranks.hpp"

using xgrad::mpi::Communicator;

namespace {
const Communicator* world = nullptr;
}

const Communicator& ranks() { return *world; }

int main(int argc, char** argv) {
  Communicator communicator;
  world = &communicator;
  doctest::Context context(argc, argv);
  const int failed = context.run();
  if (failed) return failed;  // ends the other ranks too
  communicator.finish();
  try {
    communicator.sum(1);
    return 1;
  } catch (const std::runtime_error&) {  // it is finished
    return 0;
  }
}
