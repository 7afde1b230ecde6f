#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trainer.hpp"

namespace g2p {

/// Writes report.html into the run's folder: curves, tables, and the attention of every layer and head on
/// these words.
std::filesystem::path write_report(Trainer& trainer, const xgrad::training::RunFolder& folder,
                                   const std::vector<std::string>& words);

}  // namespace g2p
