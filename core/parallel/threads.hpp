#pragma once

namespace xgrad {

/// How many threads an op may use: the number given to `set_num_threads`, else the environment's
/// OMP_NUM_THREADS, else the number of processors this process may run on. Results repeat bit for bit at a
/// given number of threads.
int get_num_threads();

/// Sets the number for all threads of this process. Throws unless 1 ≤ count ≤ 1024.
void set_num_threads(int count);

}  // namespace xgrad
