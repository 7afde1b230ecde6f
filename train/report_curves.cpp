#include <xgrad/train/report_curves.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

#include <xgrad/train/fading_mean.hpp>

namespace xgrad::train {
namespace {

using Series = std::vector<ChartSeries>;

ChartSeries& series_named(Series& all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& series) { return series.name == name; });
  return found == all.end() ? all.emplace_back(ChartSeries{.name = name}) : *found;
}

// Takes the series with this name out of the list; without points if it is not there.
ChartSeries take(Series& all, std::string_view name, ChartSeries::Look look) {
  ChartSeries taken;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& series) { return series.name == name; });
  if (found != all.end()) {
    taken = std::move(*found);
    all.erase(found);
  }
  taken.name = readable_name(std::string(name));
  taken.look = look;
  return taken;
}

// Takes the series whose names start with `prefix`, without it.
Series take_layers(Series& all, std::string_view prefix) {
  Series taken;
  for (ChartSeries& series : all) {
    if (!series.name.starts_with(prefix)) continue;
    taken.push_back(std::move(series));
    taken.back().name.erase(0, prefix.size());
    series.points.clear();
  }
  std::erase_if(all, [](const ChartSeries& series) { return series.points.empty(); });
  return taken;
}

ChartSeries smoothed(const ChartSeries& loss) {
  ChartSeries result{.name = "smoothed loss"};
  FadingMean mean;
  for (const auto [step, value] : loss.points) {
    mean.add(value);
    result.points.push_back({step, mean.value()});
  }
  return result;
}

void add_lines(Series& all, const std::vector<Fields>& lines, ReportCurves& curves) {
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
      } else if (name != "seconds") {
        std::vector<ChartPoint>& points = series_named(all, name).points;
        // A resumed run may log a step once more.
        while (!points.empty() && points.back().x >= step) points.pop_back();
        points.push_back({step, y});
      }
    }
  }
}

}  // namespace

std::string readable_name(const std::string& field) {
  if (field == "lr") return "learning rate";
  if (field == "held_out_accuracy") return "held-out accuracy";
  std::string name = field;
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

ReportCurves::ReportCurves(const Report& report) {
  using enum ChartSeries::Look;
  Series all;
  add_lines(all, report.metrics, *this);
  add_lines(all, report.timings, *this);

  const ChartSeries loss = take(all, "loss", faint);
  training.push_back({.title = "Loss",
                      .unit = report.loss_unit,
                      .series = {loss, smoothed(loss), take(all, "validation_loss", dots)},
                      .may_be_log = true});
  training.push_back({.title = "Learning rate", .series = {take(all, "lr", line)}});
  layers.push_back({.title = "Gradient norm of each layer",
                    .unit = "norm, before clipping",
                    .series = take_layers(all, "grad_norm."),
                    .may_be_log = true});
  layers.push_back({.title = "Update norm of each layer",
                    .unit = "norm of the change in one step",
                    .series = take_layers(all, "update_norm."),
                    .may_be_log = true});
  for (ChartSeries& series : all) {
    const std::string name = readable_name(series.name);
    if (series.points.size() == 1) {
      once.emplace_back(series.name, series.points.front().y);
    } else {
      std::string title = name;
      title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
      training.push_back({.title = title, .series = {std::move(series)}, .may_be_log = true});
      training.back().series.front().name = name;
    }
  }
}

}  // namespace xgrad::train
