#pragma once

#include "config.hpp"

namespace g2p {

/// Trains, or goes on training, and tells the error rates. The result is the exit status: 0, or 128 plus the
/// signal that stopped it.
int run(const TrainConfig& config);

}  // namespace g2p
