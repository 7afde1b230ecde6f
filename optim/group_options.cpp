#include <xgrad/optim/group_options.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>

namespace xgrad::optim {
namespace {

template <class Options>
void fill_from(std::string_view optimizer, const Options& options, ParameterGroup& group,
               const ParameterGroup& defaults, std::size_t index) {
  for (const auto& [name, member] : options) {
    auto& option = group.*member;
    if (option && !(defaults.*member))
      fail(optimizer, "group ", index, " sets ", name, ", which is no option of this optimiser");
    if (!option) option = defaults.*member;
  }
}

}  // namespace

std::string_view broken_range(std::string_view option, double value) {
  if (option == "dampening") return std::isfinite(value) ? "" : "be finite";
  if (option.starts_with("beta")) return value >= 0 && value < 1 ? "" : "lie in [0, 1)";
  return std::isfinite(value) && value >= 0 ? "" : "be finite and not negative";
}

void check_option(std::string_view optimizer, std::string_view option, double value) {
  const std::string_view range = broken_range(option, value);
  if (!range.empty()) fail(optimizer, option, " must ", range, ", got ", value);
}

void fill_options(std::string_view optimizer, ParameterGroup& group, const ParameterGroup& defaults,
                  std::size_t index) {
  fill_from(optimizer, number_options, group, defaults, index);
  fill_from(optimizer, flag_options, group, defaults, index);
  for (const auto& [name, member] : number_options) {
    if (group.*member) check_option(optimizer, name, *(group.*member));
  }
}

}  // namespace xgrad::optim
