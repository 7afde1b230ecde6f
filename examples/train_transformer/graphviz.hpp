#pragma once

#include <filesystem>
#include <string>

/// Draws a graph in Graphviz' language with its program `dot`, and writes the SVG. Throws
/// `std::runtime_error` if `dot` is not installed or fails, or if the file cannot be written.
void write_svg(const std::string& graph, const std::filesystem::path& path);
