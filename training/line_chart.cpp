#include <xgrad/training/line_chart.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/training/chart_axis.hpp>
#include <xgrad/training/markup.hpp>

namespace xgrad::training {
namespace {

// All lengths are in the SVG's own units. The plot is small, so that its text can be read on a phone.
constexpr double width = 400, height = 230, left = 46, right = 384, top = 8, bottom = 196;
constexpr std::size_t columns = 169;       // half of the plot's width: one column of points for two units
constexpr std::size_t hover_columns = 96;  // places where a pointer finds numbers
constexpr std::size_t table_rows = 20;

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

void append_grid(std::string& svg, const Axes& axes) {
  append(svg, "<g class=\"grid\">");
  for (const double tick : axes.y.ticks(5)) {
    append(svg, "<path d=\"M$ $H$\"/><text class=\"y\" x=\"$\" y=\"$\" dy=\".35em\">$</text>",
           {left, axes.y(tick), right, left - 6, axes.y(tick), {tick, 4}});
  }
  for (const double tick : axes.x.ticks(6)) {
    append(svg, "<path d=\"M$ $v4\"/><text class=\"x\" x=\"$\" y=\"$\">$</text>",
           {axes.x(tick), bottom, axes.x(tick), bottom + 17, {tick, 7}});
  }
  append(svg, "<text class=\"x\" x=\"$\" y=\"$\">step</text></g>\n", {(left + right) / 2, height - 3});
}

// The class of a curve and of its place in the legend. The colours repeat, dashed.
std::string look_of(const Chart& chart, std::size_t series) {
  std::string look = "c0";
  look.back() = static_cast<char>('0' + series % 8);
  if (series >= 8) look += " dashed";
  if (chart.series[series].look == ChartSeries::Look::faint) look += " faint";
  return look;
}

void append_curve(std::string& svg, const Chart& chart, std::size_t number, const Axes& axes) {
  const ChartSeries& series = chart.series[number];
  append(svg, "<g class=\"curve $\"><path d=\"", {look_of(chart, number)});
  const char* point_text = "M$ $";
  for (const ChartPoint& point : reduced(series.points, columns)) {
    append(svg, point_text, {axes.x(point.x), axes.y(point.y)});
    point_text = "L$ $";
  }
  append(svg, "\"/>");
  if (series.look == ChartSeries::Look::dots || series.points.size() == 1) {
    for (const ChartPoint& point : reduced(series.points, hover_columns))
      append(svg, "<circle r=\"2.5\" cx=\"$\" cy=\"$\"/>", {axes.x(point.x), axes.y(point.y)});
  }
  append(svg, "</g>\n");
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

// The series' point at this step; null if it has none.
const ChartPoint* point_at(const ChartSeries& series, double step) {
  const auto found = std::find_if(series.points.begin(), series.points.end(),
                                  [&](const ChartPoint& point) { return point.x == step; });
  return found == series.points.end() ? nullptr : &*found;
}

// Invisible stripes over the plot. A pointer over one shows the numbers of the step in its middle.
void append_stripes(std::string& svg, const Chart& chart, const Axes& axes) {
  const std::vector<double> steps = shown_steps(chart, hover_columns);
  append(svg, "<g class=\"stripes\">");
  double begin = left;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double end = i + 1 < steps.size() ? axes.x((steps[i] + steps[i + 1]) / 2) : right;
    append(svg, "<rect x=\"$\" y=\"$\" width=\"$\" height=\"$\"><title>step $",
           {begin, top, std::max(0.0, end - begin), bottom - top, {steps[i], 9}});
    for (const ChartSeries& series : chart.series) {
      if (const ChartPoint* point = point_at(series, steps[i]))
        append(svg, "\n$ $", {series.name, {point->y, 6}});
    }
    append(svg, "</title></rect>");
    begin = end;
  }
  append(svg, "</g>\n");
}

void append_table(std::string& html, const Chart& chart) {
  append(html,
         "<details><summary>Numbers</summary><div class=\"scroll\"><table><thead><tr><th "
         "scope=\"col\">step</th>");
  for (const ChartSeries& series : chart.series) append(html, "<th scope=\"col\">$</th>", {series.name});
  append(html, "</tr></thead><tbody>\n");
  for (const double step : shown_steps(chart, table_rows)) {
    append(html, "<tr><td>$</td>", {{step, 9}});
    for (const ChartSeries& series : chart.series) {
      const ChartPoint* const point = point_at(series, step);
      append(html, "<td>$</td>", {point ? Slot(point->y, 6) : Slot("")});
    }
    append(html, "</tr>\n");
  }
  append(html, "</tbody></table></div></details>");
}

void append_legend(std::string& html, const Chart& chart) {
  if (chart.series.size() < 2) return;
  append(html, "<ul class=\"legend\">");
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    append(html, "<li class=\"$\">$</li>", {look_of(chart, i), chart.series[i].name});
  append(html, "</ul>");
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

void append_chart(std::string& html, Chart chart) {
  for (ChartSeries& series : chart.series) {
    std::erase_if(series.points, [](const ChartPoint& point) { return !std::isfinite(point.y); });
  }
  std::erase_if(chart.series, [](const ChartSeries& series) { return series.points.empty(); });
  if (chart.series.empty()) return;
  const Axes axes = axes_of(chart);
  const ChartSeries& main =
      chart.series[chart.series.size() > 1 && chart.series[0].look == ChartSeries::Look::faint];

  append(html,
         "<figure class=\"chart\"><figcaption>$ <small>$$</small></figcaption>\n"
         "<svg viewBox=\"0 0 $ $\" role=\"img\" aria-label=\"$ over the steps, from $ to $\">\n",
         {chart.title,
          chart.unit,
          !axes.y.is_log       ? ""
          : chart.unit.empty() ? "log scale"
                               : ", log scale",
          width,
          height,
          chart.title,
          {main.points.front().y, 4},
          {main.points.back().y, 4}});
  append_grid(html, axes);
  for (std::size_t i = 0; i < chart.series.size(); ++i) append_curve(html, chart, i, axes);
  append_stripes(html, chart, axes);
  append(html, "</svg>\n");
  append_legend(html, chart);
  append_table(html, chart);
  append(html, "</figure>\n");
}

}  // namespace xgrad::training
