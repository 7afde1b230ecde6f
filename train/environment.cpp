#include <xgrad/train/environment.hpp>

#include <xgrad/core/autograd/fused.hpp>
#include <xgrad/core/kernels/cblas.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/rows/isa.hpp>

namespace xgrad::train {

std::map<std::string, std::string> arithmetic_environment() {
  const kernels::Isa isa = kernels::best_isa();
  return {{"threads", std::to_string(get_num_threads())},
          {"instruction_set", isa == kernels::Isa::avx512 ? "avx512"
                              : isa == kernels::Isa::avx2 ? "avx2"
                                                          : "baseline"},
          {"blas", kernels::blas_name()},
          {"rules", readable_rules() ? "readable" : "fast"}};
}

std::string environment_changes(const std::map<std::string, std::string>& metadata) {
  std::string changes;
  for (const auto& [name, now] : arithmetic_environment()) {
    const auto then = metadata.find("environment." + name);
    if (then == metadata.end() || then->second == now) continue;
    changes += (changes.empty() ? "" : "\n") + name + ": " + then->second + " then, " + now + " now";
  }
  return changes;
}

}  // namespace xgrad::train
