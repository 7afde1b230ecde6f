#pragma once

namespace xgrad {

/// How many threads an op may use: what `set_num_threads` said, else OMP_NUM_THREADS of the environment, else
/// the processors this process may run on. Results repeat bit for bit at a given number of threads.
int get_num_threads();

/// From now on, for every thread of this process. Throws unless 1 ≤ count ≤ 1024.
void set_num_threads(int count);

}  // namespace xgrad
