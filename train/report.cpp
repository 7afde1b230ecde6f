#include <xgrad/train/report.hpp>

#include <algorithm>

#include <xgrad/core/io/atomic_file.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/train/markup.hpp>
#include <xgrad/train/progress_line.hpp>
#include <xgrad/train/read_json_lines.hpp>
#include <xgrad/train/report_curves.hpp>
#include <xgrad/train/report_style.hpp>

namespace xgrad::train {
namespace {

using Value = Fields::value_type::second_type;

const Value* find(const Fields& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* is_on = std::get_if<bool>(&value)) return *is_on ? "yes" : "no";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  return short_number(std::get<double>(value), 6);
}

// The text of a field, or an empty one.
std::string text_of(const Fields& fields, std::string_view name) {
  const Value* const value = find(fields, name);
  return value ? text_of(*value) : "";
}

bool is_share(const std::string& name) { return name.ends_with("accuracy") || name.ends_with("error_rate"); }

std::string section(const std::string& id, const std::string& title, const std::string& content) {
  if (content.empty()) return "";
  return "<section aria-labelledby=\"" + id + "\"><h2 id=\"" + id + "\">" + title + "</h2>\n" + content +
         "</section>\n";
}

// The numbers at the top of the page.
std::string figures(const Report& report, const ReportCurves& curves) {
  std::string html = "<dl class=\"figures\">\n";
  const auto add = [&](const std::string& name, const std::string& value) {
    html += "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd></div>\n";
  };
  add("steps", grouped_number(static_cast<std::int64_t>(curves.last_step)));
  for (const ChartSeries& series : curves.training.front().series) {
    if (series.look != ChartSeries::Look::faint && !series.points.empty())
      add(series.name, short_number(series.points.back().y));
  }
  for (const auto& [name, value] : curves.once) {
    const double number = std::get<double>(value);
    add(readable_name(name), is_share(name) ? short_number(100 * number) + " %" : short_number(number));
  }
  std::int64_t count = 0;
  for (const auto& [name, parameter] : report.parameters) count += parameter.numel();
  if (count > 0) add("parameters", grouped_number(count));
  if (const std::string seconds = report.timings.empty() ? "" : text_of(report.timings.back(), "seconds");
      !seconds.empty()) {
    add("time", duration_text(std::stod(seconds)));
  }
  return html + "</dl>\n";
}

std::string charts(const std::vector<Chart>& charts) {
  std::string html;
  for (const Chart& chart : charts) html += chart_figure(chart);
  return html.empty() ? "" : "<div class=\"charts\">\n" + html + "</div>\n";
}

std::string attention(const std::vector<AttentionSample>& samples) {
  std::string html;
  for (const AttentionSample& sample : samples) {
    const bool is_wide = std::max(sample.queries.size(), sample.keys.size()) > 16;
    html += "<h3>" + escaped(sample.title) + "</h3>\n";
    for (const AttentionMap& map : sample.maps) {
      html += std::string("<p class=\"soft\">") + escaped(map.layer) + "</p><div class=\"heads" +
              (is_wide ? " wide" : "") + "\">\n";
      for (std::int64_t head = 0; head < map.weights.size(1); ++head) {
        const std::string name = "head " + std::to_string(head + 1);
        html += "<figure><figcaption>" + name + "</figcaption>" +
                attention_svg(map.layer + ", " + name, sample.queries, sample.keys,
                              map.weights.select(0, 0).select(0, head)) +
                "</figure>\n";
      }
      html += "</div>\n";
    }
  }
  if (html.empty()) return "";
  return "<p>Each row is a token that looks back, each column a token that it looks at. The darker a cell, "
         "the larger "
         "the weight; the weights of a row sum to 1. A pointer over a cell shows its tokens and its "
         "weight.</p>\n" +
         html;
}

std::string samples(const std::vector<Fields>& metrics) {
  std::string rows;
  for (const Fields& line : metrics) {
    if (!find(line, "sample")) continue;
    const std::string expected = text_of(line, "expected"), sample = text_of(line, "sample");
    std::string verdict;
    if (find(line, "expected")) {
      verdict = sample == expected ? "<span class=\"good\">✓ right</span>"
                                   : "<span class=\"bad\">✗ expected " + escaped(expected) + "</span>";
    }
    rows += "<tr><td>" + escaped(text_of(line, "step")) + "</td><td class=\"wrap mono\">" +
            escaped(text_of(line, "prompt")) + "</td><td class=\"wrap mono\">" + escaped(sample) +
            "</td><td>" + verdict + "</td></tr>\n";
  }
  if (rows.empty()) return "";
  return "<div class=\"scroll\" role=\"region\" aria-label=\"Samples\" tabindex=\"0\"><table "
         "class=\"samples\"><thead><tr>"
         "<th scope=\"col\">step</th><th scope=\"col\">prompt</th><th scope=\"col\">the model writes</th><th "
         "scope=\"col\">"
         "<span aria-hidden=\"true\"></span></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string pairs(const Fields& fields) {
  if (fields.empty()) return "";
  std::string html = "<dl class=\"pairs\">\n";
  for (const auto& [name, value] : fields) {
    html += "<dt>" + escaped(name) + "</dt><dd class=\"mono\">" + escaped(text_of(value)) + "</dd>\n";
  }
  return html + "</dl>\n";
}

std::string parameters(const NamedTensors& parameters) {
  if (parameters.empty()) return "";
  std::string rows;
  std::int64_t count = 0;
  for (const auto& [name, tensor] : parameters) {
    count += tensor.numel();
    rows += "<tr><th scope=\"row\" class=\"mono\">" + escaped(name) + "</th><td>" + tensor.shape().str() +
            "</td><td>" + grouped_number(tensor.numel()) + "</td><td>" +
            (is_floating(tensor.dtype()) ? short_number(kernels::two_norm(tensor)) : "") + "</td></tr>\n";
  }
  return "<div class=\"scroll\" role=\"region\" aria-label=\"Parameters\" "
         "tabindex=\"0\"><table><thead><tr><th scope=\"col\">name</th>"
         "<th scope=\"col\">shape</th><th scope=\"col\">numbers</th><th "
         "scope=\"col\">norm</th></tr></thead><tbody>\n" +
         rows + "</tbody><tfoot><tr><th scope=\"row\">all</th><td></td><td>" + grouped_number(count) +
         "</td><td></td></tr></tfoot></table></div>\n";
}

}  // namespace

std::string report_html(const Report& report) {
  const ReportCurves curves(report);
  struct Part {
    const char *id, *title;
    std::string content;
  };
  const std::vector<Part> parts{
      {"curves", "Curves", charts(curves.training)},
      {"layers", "Layers", charts(curves.layers)},
      {"attention", "Attention", attention(report.attention)},
      {"samples", "Samples over time", samples(report.metrics)},
      {"configuration", "Configuration", pairs(report.configuration)},
      {"parameters", "Parameters", parameters(report.parameters)},
      {"environment", "Environment", pairs(report.environment)},
  };
  std::string links, content;
  for (const Part& part : parts) {
    if (!part.content.empty()) links += std::string("<a href=\"#") + part.id + "\">" + part.title + "</a>\n";
    content += section(part.id, part.title, part.content);
  }
  const std::string state = curves.is_finished ? "finished" : "not finished";
  // The policy lets a browser load nothing and run no script, whatever the texts contain.
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; img-src data:\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         escaped(report.title) + "</title>\n<style>" + report_style +
         "</style>\n</head>\n<body>\n<header>\n<h1>" + escaped(report.title) + "</h1>\n<p class=\"soft\">" +
         escaped(report.summary) + (report.summary.empty() ? "" : " · ") + state + "</p>\n" +
         figures(report, curves) + "<nav aria-label=\"Sections\">\n" + links + "</nav>\n</header>\n<main>\n" +
         content + "</main>\n</body>\n</html>\n";
}

std::filesystem::path write_report(const std::filesystem::path& folder, Report report) {
  namespace fs = std::filesystem;
  const auto lines_of = [&](const char* name) {
    return fs::exists(folder / name) ? read_json_lines(folder / name) : std::vector<Fields>();
  };
  report.metrics = lines_of("metrics.jsonl");
  report.timings = lines_of("timings.jsonl");
  const std::string html = report_html(report);
  const fs::path path = folder / "report.html";
  AtomicFile file("write_report", path);
  file.write(html.data(), html.size());
  file.commit();
  return path;
}

}  // namespace xgrad::train
