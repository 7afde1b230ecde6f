#include <xgrad/training/report.hpp>

#include <algorithm>

#include <xgrad/core/io/atomic_file.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/training/markup.hpp>
#include <xgrad/training/progress_line.hpp>
#include <xgrad/training/read_json_lines.hpp>
#include <xgrad/training/report_curves.hpp>
#include <xgrad/training/report_style.hpp>

namespace xgrad::training {
namespace {

const FieldValue* find(const Fields& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

std::string text_of(const FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* is_on = std::get_if<bool>(&value)) return *is_on ? "yes" : "no";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  return short_number(std::get<double>(value), 6);
}

// The text of a field, or an empty one.
std::string text_of(const Fields& fields, std::string_view name) {
  const FieldValue* const value = find(fields, name);
  return value ? text_of(*value) : "";
}

// The numbers at the top of the page.
void append_figures(std::string& html, const Report& report, const ReportCurves& curves) {
  append(html, "<dl class=\"figures\">\n");
  const auto add = [&](std::string_view name, Slot value, std::string_view unit = "") {
    append(html, "<div><dt>$</dt><dd>$$</dd></div>\n", {name, value, unit});
  };
  add("steps", grouped_number(static_cast<std::int64_t>(curves.last_step)));
  for (const ChartSeries& series : curves.training.front().series) {
    if (series.look != ChartSeries::Look::faint && !series.points.empty())
      add(series.name, {series.points.back().y, 4});
  }
  for (const ChartSeries& series : curves.measures) {
    const double number = series.points.back().y;
    const bool is_share = series.name.ends_with("accuracy") || series.name.ends_with("error rate");
    add(series.name, {is_share ? 100 * number : number, 4}, is_share ? " %" : "");
  }
  std::int64_t count = 0;
  for (const auto& [name, parameter] : report.parameters) count += parameter.numel();
  if (count > 0) add("parameters", grouped_number(count));
  if (curves.seconds > 0) add("time", duration_text(curves.seconds));
  append(html, "</dl>\n");
}

std::string charts(const std::vector<Chart>& charts) {
  std::string html;
  for (const Chart& chart : charts) append_chart(html, chart);
  return html.empty() ? html : "<div class=\"charts\">\n" + html + "</div>\n";
}

std::string attention(const std::vector<AttentionSample>& samples) {
  std::string html;
  if (samples.empty()) return html;
  append(html,
         "<p>Each row is a token that looks back, each column a token that it looks at. The stronger the "
         "colour of a cell, the larger the weight; the weights of a row sum to 1. A pointer over a cell "
         "shows its tokens and its weight.</p>\n");
  for (const AttentionSample& sample : samples) {
    const bool is_wide = std::max(sample.queries.size(), sample.keys.size()) > 16;
    append(html, "<h3>$</h3>\n", {sample.title});
    for (const AttentionMap& map : sample.maps) {
      append(html, "<p class=\"soft\">$</p><div class=\"heads$\">\n", {map.layer, is_wide ? " wide" : ""});
      for (std::int64_t head = 0; head < map.weights.size(1); ++head) {
        const std::string name = "head " + std::to_string(head + 1);
        const std::string svg = attention_svg(map.layer + ", " + name, sample.queries, sample.keys,
                                              map.weights.select(0, 0).select(0, head));
        append(html, "<figure><figcaption>$</figcaption>$</figure>\n", {name, Markup{svg}});
      }
      append(html, "</div>\n");
    }
  }
  return html;
}

std::string samples(const std::vector<Fields>& metrics) {
  std::string rows;
  for (const Fields& line : metrics) {
    if (!find(line, "sample")) continue;
    const std::string expected = text_of(line, "expected"), sample = text_of(line, "sample");
    append(rows, "<tr><td>$</td><td class=\"wrap mono\">$</td><td class=\"wrap mono\">$</td><td>",
           {text_of(line, "step"), text_of(line, "prompt"), sample});
    if (find(line, "expected")) {
      sample == expected ? append(rows, "<span class=\"good\">✓ right</span>")
                         : append(rows, "<span class=\"bad\">✗ expected $</span>", {expected});
    }
    append(rows, "</td></tr>\n");
  }
  if (rows.empty()) return rows;
  return "<table class=\"samples\"><thead><tr><th scope=\"col\">step</th><th scope=\"col\">prompt</th>"
         "<th scope=\"col\">the model writes</th><td></td></tr></thead><tbody>\n" +
         rows + "</tbody></table>\n";
}

std::string pairs(const Fields& fields) {
  std::string html;
  if (fields.empty()) return html;
  append(html, "<dl class=\"pairs\">\n");
  for (const auto& [name, value] : fields)
    append(html, "<dt>$</dt><dd class=\"mono\">$</dd>\n", {name, text_of(value)});
  append(html, "</dl>\n");
  return html;
}

std::string parameters(const NamedTensors& parameters) {
  std::string html;
  if (parameters.empty()) return html;
  append(html,
         "<div class=\"scroll\" role=\"region\" aria-label=\"Parameters\" tabindex=\"0\"><table><thead><tr>"
         "<th scope=\"col\">name</th><th scope=\"col\">shape</th><th scope=\"col\">numbers</th>"
         "<th scope=\"col\">norm</th></tr></thead><tbody>\n");
  std::int64_t count = 0;
  for (const auto& [name, tensor] : parameters) {
    count += tensor.numel();
    append(html, "<tr><th scope=\"row\" class=\"mono\">$</th><td>$</td><td>$</td><td>$</td></tr>\n",
           {name, tensor.shape().str(), grouped_number(tensor.numel()),
            is_floating(tensor.dtype()) ? Slot(kernels::two_norm(tensor), 4) : Slot("")});
  }
  append(html,
         "</tbody><tfoot><tr><th scope=\"row\">all</th><td></td><td>$</td><td></td></tr></tfoot>"
         "</table></div>\n",
         {grouped_number(count)});
  return html;
}

}  // namespace

std::string report_html(const Report& report) {
  const ReportCurves curves(report);
  struct Part {
    const char *id, *title;
    std::string content;
  };
  const Part parts[] = {
      {"curves", "Curves", charts(curves.training)},
      {"layers", "Layers", charts(curves.layers)},
      {"attention", "Attention", attention(report.attention)},
      {"samples", "Samples over time", samples(report.metrics)},
      {"configuration", "Configuration", pairs(report.configuration)},
      {"parameters", "Parameters", parameters(report.parameters)},
      {"environment", "Environment", pairs(report.environment)},
  };
  std::string html;
  // The policy lets a browser load nothing and run no script, whatever the texts contain.
  append(
      html,
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>$</title>\n<style>$</style>\n</head>\n<body>\n<header>\n"
      "<h1>$</h1>\n<p class=\"soft\">$$$</p>\n",
      {report.title, Markup{report_style}, report.title, report.summary, report.summary.empty() ? "" : " · ",
       curves.is_finished ? "finished" : "not finished"});
  append_figures(html, report, curves);
  append(html, "<nav aria-label=\"Sections\">\n");
  for (const Part& part : parts) {
    if (!part.content.empty()) append(html, "<a href=\"#$\">$</a>\n", {part.id, part.title});
  }
  append(html, "</nav>\n</header>\n<main>\n");
  for (const Part& part : parts) {
    if (part.content.empty()) continue;
    append(html, "<section aria-labelledby=\"$\"><h2 id=\"$\">$</h2>\n$</section>\n",
           {part.id, part.id, part.title, Markup{part.content}});
  }
  append(html, "</main>\n</body>\n</html>\n");
  return html;
}

Report read_report(const std::filesystem::path& folder) {
  const auto lines_of = [&](const char* name) {
    const std::filesystem::path path = folder / name;
    return std::filesystem::exists(path) ? read_json_lines(path) : std::vector<Fields>();
  };
  return {
      .title = folder.string(), .metrics = lines_of("metrics.jsonl"), .timings = lines_of("timings.jsonl")};
}

std::filesystem::path write_report(const std::filesystem::path& folder, const Report& report) {
  const std::string html = report_html(report);
  std::filesystem::path path = folder / "report.html";
  AtomicFile file("write_report", path);
  file.write(html.data(), html.size());
  file.commit();
  return path;
}

}  // namespace xgrad::training
