#pragma once

#include <optional>
#include <string>

#include <xgrad/core/debug/finite_differences.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/gradcheck_cause.hpp>

namespace xgrad {

/// The failed result. Its text: the worst entry, with its kink if it lies on one; the number of wrong entries
/// and the likely cause; and, if there are 2 to 64 entries, all of them side by side:
///
///     at      analytic  numeric
///     (0, 0)  1  3      1 2
///     (1, 0)  2* 4      3 4
///
/// A * marks a wrong entry. A row of more than 8 continues in the next line.
GradcheckResult wrong_gradient(const std::string& name, int order, GradientEntries entries,
                               std::optional<LineSlope::Kink> kink);

}  // namespace xgrad
