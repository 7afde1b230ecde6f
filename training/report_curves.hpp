#pragma once

#include <vector>

#include <xgrad/training/line_chart.hpp>
#include <xgrad/training/report.hpp>

namespace xgrad::training {

/// What the lines of a run's logs say, sorted for the page.
struct ReportCurves {
  explicit ReportCurves(const Report& report);

  std::vector<Chart> training;        ///< loss first, then the learning rate and whatever else was measured
  std::vector<Chart> layers;          ///< norms of gradients and updates
  std::vector<ChartSeries> measures;  ///< whatever else was measured
  double last_step = 0, seconds = 0;
  bool is_finished = false;
};

}  // namespace xgrad::training
