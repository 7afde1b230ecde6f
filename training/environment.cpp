#include <xgrad/training/environment.hpp>

#include <sys/utsname.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

#include <xgrad/core/autograd/fused.hpp>
#include <xgrad/core/kernels/cblas.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/rows/isa.hpp>

namespace xgrad::training {
namespace {

// "model name : Intel(R) Xeon(R) ..." in Linux' list of processors; "unknown" elsewhere.
std::string processor_name() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/cpuinfo", "re"), std::fclose);
  std::array<char, 256> line;
  while (file && std::fgets(line.data(), line.size(), file.get())) {
    const std::string_view text(line.data());
    const std::size_t colon = text.find(": ");
    if (!text.starts_with("model name") || colon == std::string_view::npos) continue;
    return std::string(text.substr(colon + 2, text.find('\n') - colon - 2));
  }
  return "unknown";
}

}  // namespace

std::map<std::string, std::string> arithmetic_environment() {
  const kernels::Isa isa = kernels::isa_of_rows();
  return {{"threads", std::to_string(get_num_threads())},
          {"instruction_set", isa == kernels::Isa::avx512 ? "avx512"
                              : isa == kernels::Isa::avx2 ? "avx2"
                                                          : "baseline"},
          {"blas", kernels::blas_name()},
          {"rules", readable_rules() ? "readable" : "fast"}};
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> all = arithmetic_environment();
  all["processor"] = processor_name();
  utsname system{};
  if (::uname(&system) == 0)
    all["system"] = std::string(system.sysname) + ' ' + system.release + ' ' + system.machine;
#ifdef __clang__
  all["compiler"] = __VERSION__;
#else
  all["compiler"] = "GCC " __VERSION__;
#endif
  all["xgrad"] = XGRAD_VERSION;
  return all;
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

}  // namespace xgrad::training
