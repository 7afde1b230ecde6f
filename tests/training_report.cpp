// The page about a training run: its curves, attention maps, tables; what it reads, and what it escapes.

#include <cmath>
#include <sstream>

#include <doctest/doctest.h>
#include <xgrad/training/chart_axis.hpp>
#include <xgrad/training/line_chart.hpp>
#include <xgrad/training/read_json_lines.hpp>
#include <xgrad/training/report.hpp>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
using training::Axis;
using training::ChartPoint;
using training::Fields;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

std::string chart_of(const training::Chart& chart) {
  std::string html;
  training::append_chart(html, chart);
  return html;
}

}  // namespace

TEST_CASE("the lines that a run logs are read back as they were written") {
  const Folder folder;
  const auto path = folder.path / "metrics.jsonl";
  const Fields one{
      {"step", 3}, {"loss", 0.1}, {"whole", 2.0}, {"text", std::string("a\"\\\n\t\x01é🐋/")}, {"on", true}};
  write_file(path, training::json_line(one) +
                       "{}\n { \"x\" : -1.5e3 , \"y\":\"\\u00e9\\ud83d\\udc0b\\/\" }\r\n" +
                       training::json_line({{"loss", NAN}}) + "{\"step\":4,\"lo");
  const std::vector<Fields> lines = training::read_json_lines(path);
  REQUIRE(lines.size() == 4);  // the last one is not finished
  CHECK(training::json_line(lines[0]) == training::json_line(one));
  CHECK(std::get<std::int64_t>(lines[0][0].second) == 3);
  CHECK(lines[1].empty());
  CHECK(std::get<double>(lines[2][0].second) == -1500);
  CHECK(std::get<std::string>(lines[2][1].second) == "é🐋/");
  CHECK(std::isnan(std::get<double>(lines[3][0].second)));

  for (const char* broken :
       {"[]", "{\"a\":}", "{\"a\":1,}x", "{\"a\":1 \"b\":2}", "{\"a\":{}}", "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\udc0b\"}", "{\"a\":\"", "{\"a\":1-2}", "x", "", "{\"a\":1}}"}) {
    CAPTURE(broken);
    write_file(path, "{\"a\":1}\n" + std::string(broken) + "\n");
    CHECK(thrown_text([&] { training::read_json_lines(path); }) ==
          path.string() + ", line 2: expected a JSON object of numbers, strings, true, false or null");
  }
  CHECK(thrown_text([&] { training::read_json_lines(folder.path / "none"); }) ==
        "cannot read " + (folder.path / "none").string() + ": No such file or directory");
  // One that never ends.
  CHECK(thrown_text([&] { training::read_json_lines("/dev/zero"); }) ==
        "cannot read /dev/zero: it is not a regular file");
}

TEST_CASE("an axis has round ticks within its range, and maps its ends to its ends") {
  const Axis linear{0, 1199, 50, 400};
  CHECK(linear(0) == 50);
  CHECK(linear(1199) == 400);
  CHECK(linear(599.5) == doctest::Approx(225));
  CHECK(linear.ticks(6) == std::vector<double>{0, 200, 400, 600, 800, 1000});
  CHECK(Axis{-1e-3, 4e-3, 0, 1}.ticks(5) == std::vector<double>{-1e-3, 0, 1e-3, 2e-3, 3e-3, 4e-3});
  const Axis log{0.01, 100, 200, 0, /*is_log=*/true};
  CHECK(log(1) == doctest::Approx(100));
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::abs(a[i] - b[i]) > 1e-12 * std::abs(b[i])) return false;
    }
    return true;
  };
  CHECK(near(log.ticks(5), {0.01, 0.1, 1, 10, 100}));
  CHECK(near(Axis{3, 40, 0, 1, true}.ticks(5), {5, 10, 20}));
  CHECK(Axis{1e-30, 1e30, 0, 1, true}.ticks(5).size() <= 7);
}

TEST_CASE("thousands of points are reduced to the extremes of each column") {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 10000; ++i) points.push_back({static_cast<double>(i), std::sin(i)});
  points[1234].y = 50;
  points[4321].y = -50;
  points[5000].y = NAN;
  const auto few = training::reduced(points, 100);
  CHECK(few.size() <= 200);
  CHECK(few.size() > 150);
  CHECK(std::any_of(few.begin(), few.end(), [](const ChartPoint& p) { return p.x == 1234 && p.y == 50; }));
  CHECK(std::any_of(few.begin(), few.end(), [](const ChartPoint& p) { return p.x == 4321 && p.y == -50; }));
  CHECK(std::is_sorted(few.begin(), few.end(), [](const auto& a, const auto& b) { return a.x < b.x; }));
  CHECK(training::reduced({{1, 2}, {2, INFINITY}, {3, 4}}, 100).size() == 2);
  CHECK(training::reduced({}, 100).empty());
}

TEST_CASE("a chart without a number is left out, and one with a single number has axes") {
  CHECK(chart_of({.title = "Loss", .unit = "nats", .series = {{.name = "loss"}}}).empty());
  CHECK(chart_of({.title = "Loss", .unit = "nats", .series = {{"loss", {{1, NAN}}}}}).empty());
  const std::string one = chart_of({.title = "Loss", .unit = "nats", .series = {{"loss", {{1, 2}}}}});
  CHECK(contains(one, "<circle"));
  CHECK(contains(one, "step 1\nloss 2</title>"));
  CHECK_FALSE(contains(one, "nan"));
  CHECK_FALSE(contains(chart_of({.title = "", .unit = "", .series = {{"zero", {{1, 0}, {2, 0}}}}}), "nan"));
}

TEST_CASE("a drawing of attention has a cell with tokens and weight for each weight that can be seen") {
  const Tensor weights = tensor({1.0, 0.0, 0.25, 0.75}).reshape({2, 2});
  const std::string svg = training::attention_svg("head <1>", {"a", " "}, {"AH0", "\n"}, weights);
  CHECK(count(svg, "<path") == 3);
  CHECK(contains(svg, "<title>head &lt;1&gt;</title>"));
  CHECK(contains(svg, "opacity=\"0.75\"><title>“␣” (2) → “⏎” (2): 0.75</title>"));
  CHECK(contains(svg, "opacity=\"1\"><title>“a” (1) → “AH0” (1): 1</title>"));
  CHECK_THROWS_TEXT(training::attention_svg("", {"a"}, {"b"}, weights),
                    "[attention_svg] weights must be (1, 1) for 1 queries and 1 keys, not (2, 2)");
  CHECK(contains(training::attention_svg("", {}, {}, zeros({0, 0})), "</svg>"));
}

TEST_CASE("a report shows what was logged, escaped, and loads nothing") {
  training::Report report{
      .title = "run <1>", .summary = "s", .configuration = {{"--lr", 1e-3}, {"<x>", true}}};
  report.metrics = {
      {{"step", 1}, {"loss", 2.0}, {"lr", 0.1}},
      {{"step", 2}, {"loss", 1.0}, {"lr", 0.2}, {"odd_name", 7}},
      {{"step", 2}, {"grad_norm.blocks.0", 3.0}, {"update_norm.blocks.0", 0.5}},
      {{"step", 2}, {"odd_name", 9}},
      {{"step", 2}, {"validation_loss", 1.5}},
      {{"step", 1}, {"sample", std::string("<script>alert(1)</script>")}, {"prompt", std::string("p")}},
      {{"step", 2},
       {"sample", std::string("4")},
       {"prompt", std::string("2+2=")},
       {"expected", std::string("4")}},
      {{"step", 2},
       {"sample", std::string("5")},
       {"prompt", std::string("2+2=")},
       {"expected", std::string("4")}},
      {{"held_out_accuracy", 0.9995}, {"finished", true}}};
  report.timings = {{{"step", 2}, {"seconds", 61.2}, {"tokens_per_second", 100.0}}};
  report.parameters = {{"w", tensor({3.0, 4.0})}, {"steps", tensor(std::vector<std::int64_t>{1})}};
  const std::string html = training::report_html(report);
  CHECK(contains(html, "<h1>run &lt;1&gt;</h1>"));
  CHECK(contains(html, "s · finished"));
  CHECK(contains(html, "<dt>held out accuracy</dt><dd>99.95 %</dd>"));
  CHECK(contains(html, "<dt>time</dt><dd>1:01</dd>"));
  CHECK(contains(html, "<dt>parameters</dt><dd>3</dd>"));
  CHECK(contains(html, "step 2\nloss 1\nsmoothed loss "));
  CHECK(contains(html, "step 2\nblocks.0 3</title>"));
  CHECK(contains(html, "step 2\nblocks.0 0.5</title>"));
  CHECK(contains(html, "<dt>odd name</dt><dd>9</dd>"));
  CHECK(contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK_FALSE(contains(html, "<script"));
  CHECK(count(html, "✓ right") == 1);
  CHECK(count(html, "✗ expected 4") == 1);
  CHECK(contains(html, "<dt>&lt;x&gt;</dt><dd class=\"mono\">yes</dd>"));
  CHECK(contains(html, ">w</th><td>(2,)</td><td>2</td><td>5</td>"));
  for (const char* way_out : {"http://", "https://", "url(", "@import", "src=", "javascript:"}) {
    CAPTURE(way_out);
    std::string own = html;
    for (std::size_t at; (at = own.find("http://www.w3.org/2000/svg")) != std::string::npos;)
      own.erase(at, 26);
    CHECK_FALSE(contains(own, way_out));
  }
}

TEST_CASE("losses and norms may have a logarithmic axis, other measures such as an accuracy have none") {
  const training::Fields first{{"step", 1}, {"loss", 2.0}, {"held_out_accuracy", 0.01}};
  const training::Fields second{{"step", 2}, {"loss", 0.1}, {"held_out_accuracy", 0.99}};
  const std::string html = training::report_html({.metrics = {first, second}});
  CHECK(contains(html, "Held out accuracy"));
  CHECK(count(html, "log scale") == 1);
}

TEST_CASE("a report of a run that has logged nothing is a page") {
  const std::string html = training::report_html({.title = "empty"});
  CHECK(contains(html, "not finished"));
  CHECK_FALSE(contains(html, "<figure"));
  CHECK(html.ends_with("</html>\n"));
}

TEST_CASE("read_report reads the logs of a folder, and write_report puts the page beside them") {
  const Folder folder;
  CHECK(training::write_report(folder.path, training::read_report(folder.path)) ==
        folder.path / "report.html");
  write_file(folder.path / "metrics.jsonl", "{\"step\":5,\"loss\":1.5}\n");
  write_file(folder.path / "timings.jsonl", "{\"step\":5,\"seconds\":3.0,\"tokens_per_second\":7.0}\n");
  training::write_report(folder.path, training::read_report(folder.path));
  const std::string html = read_file(folder.path / "report.html");
  CHECK(contains(html, "<h1>" + folder.path.string() + "</h1>"));
  CHECK(contains(html, "step 5\nloss 1.5\nsmoothed loss 1.5</title>"));
  CHECK(contains(html, "<dt>time</dt><dd>0:03</dd>"));
  CHECK(folder.files() == 3);
  write_file(folder.path / "metrics.jsonl", "nonsense\n");
  CHECK_THROWS_TEXT(training::read_report(folder.path), "metrics.jsonl, line 1: ");
}
