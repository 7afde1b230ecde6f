#pragma once

namespace xgrad::training {

/// The style sheet of the report.
extern const char* const report_style;

}  // namespace xgrad::training
