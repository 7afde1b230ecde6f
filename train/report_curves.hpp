#pragma once

#include <string>
#include <vector>

#include <xgrad/train/line_chart.hpp>
#include <xgrad/train/report.hpp>

namespace xgrad::train {

/// What the lines of a run's logs say, sorted for the page.
struct ReportCurves {
  explicit ReportCurves(const Report& report);

  std::vector<Chart> training;  ///< loss, learning rate and whatever else was measured
  std::vector<Chart> layers;    ///< norms of gradients and updates
  Fields once;                  ///< numbers that were logged once
  double last_step = 0;
  bool is_finished = false;
};

/// A field's name for a reader: `held_out_accuracy` → "held-out accuracy".
std::string readable_name(const std::string& field);

}  // namespace xgrad::train
