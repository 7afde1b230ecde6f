#pragma once

namespace xgrad::train {

/// The style sheet of the report.
extern const char* const report_style;

}  // namespace xgrad::train
