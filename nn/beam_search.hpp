#pragma once

#include <xgrad/nn/decoding.hpp>

namespace xgrad::nn {

/// `generate` with several beams.
std::vector<Generated> beam_search(Decoding& decoding, const GenerateOptions& options);

}  // namespace xgrad::nn
