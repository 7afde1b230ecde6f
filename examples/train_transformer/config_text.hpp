#pragma once

#include <map>
#include <string>
#include <vector>

#include "config.hpp"

using Metadata = std::map<std::string, std::string>;

/// The options that decide what a run computes, as strings under `config.steps` and so on: its checkpoints
/// hold them. Others, such as --keep, may change when a run is resumed.
Metadata config_metadata(const Config& config);

/// Sets those options from such strings. Throws `std::runtime_error` if one is missing or has no such value.
void read_config(const Metadata& metadata, Config& config);

/// The options of a run that is resumed: its own. `given` names the options of `config` that are on the
/// command line; one that differs from the run's is a `std::runtime_error` that names all of these.
Config resumed_config(const Config& config, const std::vector<std::string>& given, const Metadata& metadata);
