#include <xgrad/training/report_curves.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

#include <xgrad/training/fading_mean.hpp>

namespace xgrad::training {
namespace {

// Every number of the lines is a point of the curve with its name.
class Curves {
 public:
  void add(const std::vector<Fields>& lines, ReportCurves& curves) {
    double step = 0;
    for (const Fields& line : lines) {
      for (const auto& [name, value] : line) {
        if (name == "finished") curves.is_finished = true;
        const auto* const whole = std::get_if<std::int64_t>(&value);
        const auto* const number = std::get_if<double>(&value);
        if (!whole && !number) continue;
        const double y = whole ? static_cast<double>(*whole) : *number;
        if (name == "step") {
          step = y;
          curves.last_step = std::max(curves.last_step, step);
        } else if (name == "seconds") {
          curves.seconds = y;
        } else if (name != "start") {  // the step that a process started with
          add(name, {step, y});
        }
      }
    }
  }

  // Moves the curve `name` to the chart, if there is one.
  void move_curve(Chart& chart, std::string_view name, const char* shown_name, ChartSeries::Look look) {
    for (ChartSeries& series : series_) {
      if (series.name == name) move(series, chart, shown_name, look);
    }
  }

  // Moves the curves whose names start with `prefix`, and names them by the rest.
  void move_curves(Chart& chart, std::string_view prefix) {
    for (ChartSeries& series : series_) {
      if (series.name.starts_with(prefix))
        move(series, chart, series.name.substr(prefix.size()), ChartSeries::Look::line);
    }
  }

  // The curves that are left. One with a single number needs no chart.
  void move_rest(ReportCurves& curves) {
    for (ChartSeries& series : series_) {
      if (series.points.empty()) continue;
      std::replace(series.name.begin(), series.name.end(), '_', ' ');
      if (series.points.size() > 1) {
        Chart& chart = curves.training.emplace_back(Chart{.title = series.name});
        char& first = chart.title.front();
        first = static_cast<char>(std::toupper(static_cast<unsigned char>(first)));
        chart.series.push_back(series);
      }
      if (series.name != "tokens per second") curves.measures.push_back(std::move(series));
    }
  }

 private:
  static void move(ChartSeries& series, Chart& chart, std::string name, ChartSeries::Look look) {
    if (series.points.empty()) return;
    chart.series.push_back({std::move(name), std::move(series.points), look});
    series.points.clear();
  }

  void add(const std::string& name, ChartPoint point) {
    auto found =
        std::find_if(series_.begin(), series_.end(), [&](const auto& series) { return series.name == name; });
    if (found == series_.end()) {
      series_.push_back({.name = name.empty() ? "?" : name});
      found = series_.end() - 1;
    }
    // The timings of a resumed run have some steps twice.
    while (!found->points.empty() && found->points.back().x >= point.x) found->points.pop_back();
    found->points.push_back(point);
  }

  std::vector<ChartSeries> series_;
};

void add_smoothed_loss(Chart& chart) {
  if (chart.series.empty()) return;
  ChartSeries smoothed{.name = "smoothed loss"};
  FadingMean mean;
  for (const auto [step, value] : chart.series.front().points) {
    mean.add(value);
    smoothed.points.push_back({step, mean.value()});
  }
  chart.series.push_back(std::move(smoothed));
}

}  // namespace

ReportCurves::ReportCurves(const Report& report) {
  Curves all;
  all.add(report.metrics, *this);
  all.add(report.timings, *this);

  Chart loss{.title = "Loss", .unit = report.loss_unit, .may_be_log = true}, rate{.title = "Learning rate"};
  all.move_curve(loss, "loss", "loss", ChartSeries::Look::faint);
  add_smoothed_loss(loss);
  all.move_curve(loss, "validation_loss", "validation loss", ChartSeries::Look::dots);
  all.move_curve(rate, "lr", "learning rate", ChartSeries::Look::line);
  training.push_back(std::move(loss));
  training.push_back(std::move(rate));
  for (const bool update : {false, true}) {
    Chart& chart = layers.emplace_back(
        Chart{.title = update ? "Update norm of each layer" : "Gradient norm of each layer",
              .unit = update ? "norm of the change in one step" : "norm, before clipping",
              .may_be_log = true});
    all.move_curves(chart, update ? "update_norm." : "grad_norm.");
  }
  all.move_rest(*this);
}

}  // namespace xgrad::training
