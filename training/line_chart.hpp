#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace xgrad::training {

struct ChartPoint {
  double x, y;
};

/// A curve of a chart.
struct ChartSeries {
  enum class Look {
    line,
    faint,  ///< many noisy points behind the others
    dots,   ///< few points, joined by a line
  };
  std::string name;
  std::vector<ChartPoint> points = {};  ///< x rises
  Look look = Look::line;
};

struct Chart {
  std::string title;
  std::string unit = {};  ///< of the y axis, such as "nats per token"
  std::vector<ChartSeries> series = {};
  bool may_be_log = false;  ///< the y axis is logarithmic if all y are positive and span a decade
};

/// At most 2 · `columns` of the points: of each of so many equal parts of the x range the lowest and the
/// highest one. So no peak is lost. Points that are not finite are left out.
std::vector<ChartPoint> reduced(const std::vector<ChartPoint>& points, std::size_t columns);

/// Appends the chart as HTML: a figure with a title, an SVG with axes and curves, a legend, and a table of
/// some numbers. A pointer over the SVG shows the numbers there. Nothing if there is no finite point.
void append_chart(std::string& html, Chart chart);

}  // namespace xgrad::training
