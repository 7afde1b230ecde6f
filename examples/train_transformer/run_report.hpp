#pragma once

#include <filesystem>

#include <xgrad/xgrad.hpp>

#include "config_text.hpp"
#include "vocabulary.hpp"

/// Writes the page about a run, folder/report.html, from the logs in the folder, the model and the metadata
/// of its file. The attention maps are of the last sample in the logs. Returns the page's path.
std::filesystem::path write_run_report(const std::filesystem::path& folder, const xgrad::nn::GPT& model,
                                       const Vocabulary& vocabulary, const Metadata& metadata);
