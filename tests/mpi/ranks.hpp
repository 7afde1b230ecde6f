#pragma once

#include <doctest/doctest.h>

#include <xgrad/mpi/data_parallel.hpp>
#include <xgrad/xgrad.hpp>

/// All ranks of this run. MPI starts once.
const xgrad::mpi::Communicator& ranks();
