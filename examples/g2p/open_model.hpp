#pragma once

#include <string>

#include "pronouncer.hpp"

namespace g2p {

/// The model of a run: its folder, its model or one of its checkpoints. Throws `std::runtime_error` that
/// names what is wrong.
Pronouncer open_model(const std::string& run);

}  // namespace g2p
