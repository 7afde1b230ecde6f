#pragma once

#include <optional>
#include <string>

#include <xgrad/core/debug/finite_differences.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/gradcheck_cause.hpp>

namespace xgrad {

/// The failed result: the worst entry in the first line, with the kink that it lies on, if any; the number of
/// wrong entries and the likely cause; and, of 2 to 64 entries, all of them side by side:
///
///     at      analytic  numeric
///     (0, 0)  1  3      1 2
///     (1, 0)  2* 4      3 4
///
/// A * marks what is wrong. Rows of more than 8 go on in the next line.
GradcheckResult wrong_gradient(const std::string& name, int order, GradientEntries entries,
                               std::optional<LineSlope::Kink> kink);

}  // namespace xgrad
