#pragma once

// The options of a ParameterGroup as a table, for all that treats them alike.

#include <string_view>
#include <utility>

#include <xgrad/optim/parameter_group.hpp>

namespace xgrad::optim {

inline constexpr std::pair<std::string_view, std::optional<double> ParameterGroup::*> number_options[] = {
    {"lr", &ParameterGroup::lr},
    {"momentum", &ParameterGroup::momentum},
    {"dampening", &ParameterGroup::dampening},
    {"alpha", &ParameterGroup::alpha},
    {"beta1", &ParameterGroup::beta1},
    {"beta2", &ParameterGroup::beta2},
    {"eps", &ParameterGroup::eps},
    {"weight_decay", &ParameterGroup::weight_decay}};
inline constexpr std::pair<std::string_view, std::optional<bool> ParameterGroup::*> flag_options[] = {
    {"nesterov", &ParameterGroup::nesterov},
    {"centered", &ParameterGroup::centered},
    {"amsgrad", &ParameterGroup::amsgrad},
    {"maximize", &ParameterGroup::maximize}};

/// What an option must do and this value does not, such as "lie in [0, 1)"; empty if all is well.
std::string_view broken_range(std::string_view option, double value);
/// Throws that, naming the optimiser.
void check_option(std::string_view optimizer, std::string_view option, double value);

/// Gives the group the defaults of the options that it leaves out. Throws if one is out of range or has no
/// default.
void fill_options(std::string_view optimizer, ParameterGroup& group, const ParameterGroup& defaults,
                  std::size_t index);

}  // namespace xgrad::optim
