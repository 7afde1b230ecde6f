#include <xgrad/train/line_chart.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/train/chart_axis.hpp>
#include <xgrad/train/markup.hpp>

namespace xgrad::train {
namespace {

// All lengths are in the SVG's own units. The plot is small, so that its text can be read on a phone.
constexpr double width = 400, height = 230, left = 46, right = 384, top = 8, bottom = 196;
constexpr std::size_t columns = 169;       // half of the plot's width: one column of points for two units
constexpr std::size_t hover_columns = 96;  // places where a pointer finds numbers
constexpr std::size_t table_rows = 20;

std::string at(double length) { return short_number(std::round(length * 10) / 10, 5); }

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(double value) { low = std::min(low, value), high = std::max(high, value); }
};

struct Axes {
  Axis x, y;
};

Axes axes_of(const Chart& chart) {
  Range x, y;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) x.add(point.x), y.add(point.y);
  }
  if (x.low == x.high) x.low -= 1, x.high += 1;
  const bool is_log = chart.may_be_log && y.low > 0 && y.high >= 10 * y.low;
  if (is_log) {
    const double margin = std::pow(y.high / y.low, 0.04);
    y.low /= margin, y.high *= margin;
  } else {
    if (y.low < 0.5 * y.high && y.low > -1e-6 * y.high) y.low = 0;
    const double margin = y.low == y.high ? std::max(0.5 * std::abs(y.low), 1e-12) : 0.04 * (y.high - y.low);
    y.low -= y.low == 0 && y.high > 0 ? 0 : margin, y.high += margin;
  }
  return {{x.low, x.high, left, right}, {y.low, y.high, bottom, top, is_log}};
}

std::string grid(const Axes& axes) {
  std::string svg = "<g class=\"grid\">";
  for (const double tick : axes.y.ticks(5)) {
    const std::string y = at(axes.y(tick));
    svg += "<path d=\"M" + at(left) + ' ' + y + 'H' + at(right) + "\"/><text class=\"y\" x=\"" +
           at(left - 6) + "\" y=\"" + y + "\" dy=\".35em\">" + short_number(tick) + "</text>";
  }
  for (const double tick : axes.x.ticks(6)) {
    const std::string x = at(axes.x(tick));
    svg += "<path d=\"M" + x + ' ' + at(bottom) + "v4\"/><text class=\"x\" x=\"" + x + "\" y=\"" +
           at(bottom + 17) + "\">" + short_number(tick, 7) + "</text>";
  }
  return svg + "<text class=\"x\" x=\"" + at((left + right) / 2) + "\" y=\"" + at(height - 3) +
         "\">step</text></g>\n";
}

std::string colour_class(std::size_t series) {
  return "c" + std::to_string(series % 8) + (series >= 8 ? " dashed" : "");
}

std::string curve(const ChartSeries& series, std::size_t number, const Axes& axes) {
  const char* const look = series.look == ChartSeries::Look::faint ? " faint" : "";
  std::string svg = "<g class=\"curve " + colour_class(number) + look + "\"><path d=\"";
  char command = 'M';
  for (const ChartPoint& point : reduced(series.points, columns)) {
    svg += command + at(axes.x(point.x)) + ' ' + at(axes.y(point.y));
    command = 'L';
  }
  svg += "\"/>";
  if (series.look == ChartSeries::Look::dots || series.points.size() == 1) {
    for (const ChartPoint& point : reduced(series.points, hover_columns)) {
      svg += "<circle r=\"2.5\" cx=\"" + at(axes.x(point.x)) + "\" cy=\"" + at(axes.y(point.y)) + "\"/>";
    }
  }
  return svg + "</g>\n";
}

// The rows of numbers that are shown: steps at about equal distances, the first and the last among them.
std::vector<double> shown_steps(const Chart& chart, std::size_t most) {
  std::vector<double> steps;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) steps.push_back(point.x);
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  if (steps.size() <= most) return steps;
  std::vector<double> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(steps[i * (steps.size() - 1) / (most - 1)]);
  return some;
}

// The series' number at this step, as text; empty if it has none.
std::string number_at(const ChartSeries& series, double step) {
  const auto found = std::lower_bound(series.points.begin(), series.points.end(), step,
                                      [](const ChartPoint& point, double x) { return point.x < x; });
  return found == series.points.end() || found->x != step ? "" : short_number(found->y, 6);
}

// Invisible stripes over the plot. A pointer over one shows the numbers of the step in its middle.
std::string stripes(const Chart& chart, const Axes& axes) {
  const std::vector<double> steps = shown_steps(chart, hover_columns);
  std::string svg = "<g class=\"stripes\">";
  double begin = left;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double end = i + 1 < steps.size() ? axes.x((steps[i] + steps[i + 1]) / 2) : right;
    svg += "<rect x=\"" + at(begin) + "\" y=\"" + at(top) + "\" width=\"" + at(std::max(0.0, end - begin)) +
           "\" height=\"" + at(bottom - top) + "\"><title>step " + short_number(steps[i], 9);
    for (const ChartSeries& series : chart.series) {
      if (const std::string number = number_at(series, steps[i]); !number.empty()) {
        svg += "\n" + escaped(series.name) + ' ' + number;
      }
    }
    svg += "</title></rect>";
    begin = end;
  }
  return svg + "</g>\n";
}

std::string table(const Chart& chart) {
  std::string html =
      "<details><summary>Numbers</summary><div class=\"scroll\"><table><thead><tr><th "
      "scope=\"col\">step</th>";
  for (const ChartSeries& series : chart.series)
    html += "<th scope=\"col\">" + escaped(series.name) + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const double step : shown_steps(chart, table_rows)) {
    html += "<tr><td>" + short_number(step, 9) + "</td>";
    for (const ChartSeries& series : chart.series) html += "<td>" + number_at(series, step) + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div></details>";
}

std::string legend(const Chart& chart) {
  std::string html = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const char* const look = chart.series[i].look == ChartSeries::Look::faint ? " faint" : "";
    html += "<li class=\"" + colour_class(i) + look + "\">" + escaped(chart.series[i].name) + "</li>";
  }
  return html + "</ul>";
}

}  // namespace

std::vector<ChartPoint> reduced(const std::vector<ChartPoint>& points, std::size_t columns) {
  std::vector<ChartPoint> finite;
  std::copy_if(points.begin(), points.end(), std::back_inserter(finite),
               [](const ChartPoint& point) { return std::isfinite(point.y); });
  if (finite.size() <= 2 * columns) return finite;
  const double first = finite.front().x, range = finite.back().x - first;
  const auto column_of = [&](const ChartPoint& point) {
    return std::min(columns - 1,
                    static_cast<std::size_t>((point.x - first) / range * static_cast<double>(columns)));
  };
  std::vector<ChartPoint> kept;
  for (auto begin = finite.begin(); begin != finite.end();) {
    const auto end = std::find_if(
        begin, finite.end(), [&](const ChartPoint& point) { return column_of(point) != column_of(*begin); });
    auto [low, high] =
        std::minmax_element(begin, end, [](const auto& a, const auto& b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    kept.push_back(*low);
    if (high != low) kept.push_back(*high);
    begin = end;
  }
  return kept;
}

std::string chart_figure(const Chart& given) {
  Chart chart = given;
  for (ChartSeries& series : chart.series) {
    std::erase_if(series.points, [](const ChartPoint& point) { return !std::isfinite(point.y); });
  }
  std::erase_if(chart.series, [](const ChartSeries& series) { return series.points.empty(); });
  if (chart.series.empty()) return "";
  const Axes axes = axes_of(chart);

  std::string svg = "<svg viewBox=\"0 0 " + at(width) + ' ' + at(height) + "\" role=\"img\" aria-label=\"" +
                    escaped(chart.title) + " over the steps, from ";
  const ChartSeries& main =
      chart.series[chart.series.size() > 1 && chart.series[0].look == ChartSeries::Look::faint];
  svg += short_number(main.points.front().y) + " to " + short_number(main.points.back().y) + "\">\n" +
         grid(axes);
  for (std::size_t i = 0; i < chart.series.size(); ++i) svg += curve(chart.series[i], i, axes);
  svg += stripes(chart, axes) + "</svg>\n";
  const std::string unit = chart.unit + (!axes.y.is_log       ? ""
                                         : chart.unit.empty() ? "log scale"
                                                              : ", log scale");
  return "<figure class=\"chart\"><figcaption>" + escaped(chart.title) + " <small>" + escaped(unit) +
         "</small></figcaption>\n" + svg + (chart.series.size() > 1 ? legend(chart) : "") + table(chart) +
         "</figure>\n";
}

}  // namespace xgrad::train
