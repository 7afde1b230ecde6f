#pragma once

#include <string>
#include <vector>

#include "reading.hpp"

namespace g2p {

/// For a terminal: a letter for each column, a phoneme for each row, a darker character for a larger weight.
/// The column "|" is the end of the word.
std::string attention_text(const Reading& reading);

/// Of all words, one below the other, as a file of SVG for light and dark pages.
std::string attention_drawing(const std::vector<Reading>& readings);

}  // namespace g2p
