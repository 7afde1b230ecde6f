#include "memory.hpp"

#include <unistd.h>

#include <sstream>
#include <stdexcept>

void check_memory(const TrainingSize& size, const std::string& advice) {
  // 4: a parameter, its gradient, and AdamW's two averages
  const double needed = sizeof(float) * (4 * size.parameters + size.tokens * size.kept_per_token);
  const double there =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  if (needed <= there) return;
  std::ostringstream text;
  text.precision(3);
  text << "a model of " << size.parameters << " parameters and batches of " << size.tokens
       << " tokens take at least " << needed / 1e9 << " GB of memory, and this machine has " << there / 1e9
       << advice;
  throw std::runtime_error(text.str());
}
