#pragma once

#include <string>

/// What training needs; doubles, as options may ask for more than an integer holds.
struct TrainingSize {
  double parameters = 0;
  double tokens = 0;          ///< of a batch
  double kept_per_token = 0;  ///< floats that the tape saves for each token
};

/// Throws `std::runtime_error`, which ends with `advice`, if training takes more memory than this machine
/// has. Otherwise Linux would grant the memory, and kill the program when it uses it.
void check_memory(const TrainingSize& size, const std::string& advice);
