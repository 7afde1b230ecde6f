#!/usr/bin/env python3
"""Opens a run's report.html in headless Chromium and checks what a person would see.

Usage: report_browser.py CHROMIUM RUN [--screenshots FOLDER]

At two widths, in light and dark, with scripts off: the page logs nothing, requests nothing but itself, does not scroll
sideways, and its text can be read. The curves of the loss and of the learning rate are the numbers in metrics.jsonl. Prints
"cannot start" if there is no browser that runs.
"""

import argparse
import base64
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile


class Browser:
    """Chromium, driven by the DevTools protocol through a pair of pipes (file numbers 3 and 4 of the browser)."""

    def __init__(self, program, profile):
        to_browser, self.requests = os.pipe()
        self.answers, from_browser = os.pipe()
        command = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(["sh", "-c", command, program, *flags], pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.last_id, self.events = b"", 0, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    session = None

    def read(self):
        while b"\0" not in self.buffer:
            part = os.read(self.answers, 1 << 16)
            if not part:
                raise SystemExit("cannot start Chromium")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.requests, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event):
        while not any(e["method"] == event for e in self.events):
            self.events.append(self.read())

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"the check itself failed: {result['exceptionDetails']}")
        return result["result"]["value"]

    def close(self):
        self.process.kill()
        self.process.wait()


LOOK = r"""(() => {
  const text = (root, selector) => [...root.querySelectorAll(selector)].map(e => e.textContent);
  const ticks = (svg, name) => [...svg.querySelectorAll('.grid text.' + name)]
      .filter(t => t.textContent !== 'step')
      .map(t => [+t.textContent, +t.getAttribute(name)]);
  // Composes a colour over the opaque one below it, and compares luminances (WCAG 2.1, "contrast ratio").
  const numbers = colour => colour.match(/[\d.]+/g).map(Number);
  const luminance = colour => numbers(colour).slice(0, 3)
      .map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const background = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
  };
  const contrast = element => {
    const style = getComputedStyle(element);
    const a = luminance(element.namespaceURI.endsWith('svg') ? style.fill : style.color), b = luminance(background(element));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const texts = [...document.querySelectorAll('h1, h2, h3, p, a, dt, dd, th, td, li, summary, small, .grid text, .good, .bad')]
      .filter(e => e.getClientRects().length > 0);
  return {
    width: innerWidth, needs: document.documentElement.scrollWidth,
    contrast: Math.min(...texts.map(contrast)),
    smallest: Math.min(...texts.map(e => e.namespaceURI.endsWith('svg')
        ? parseFloat(getComputedStyle(e).fontSize) * e.ownerSVGElement.getBoundingClientRect().width / 400
        : parseFloat(getComputedStyle(e).fontSize))),
    headings: text(document, 'h1, h2'),
    unnamed: [...document.querySelectorAll('svg')].filter(s => s.getAttribute('role') !== 'img'
        || !(s.getAttribute('aria-label') || s.querySelector(':scope > title'))).length,
    scripts: document.scripts.length,
    cells: document.querySelectorAll('.cells path > title').length,
    charts: [...document.querySelectorAll('.chart')].map(chart => ({
      caption: chart.querySelector('figcaption').textContent,
      xs: ticks(chart, 'x'), ys: ticks(chart, 'y'),
      paths: [...chart.querySelectorAll('.curve > path')].map(p => p.getAttribute('d')),
      stripes: text(chart, '.stripes title'),
      rows: [...chart.querySelectorAll('tr')].map(r => [...r.children].map(c => c.textContent)),
    })),
  };
})()"""


def check(condition, text):
    if not condition:
        raise SystemExit("FAILED: " + text)


def scale(ticks, is_log):
    """The map from a length in the SVG to the number there, by the first and the last tick."""
    check(len(ticks) >= 2, f"an axis has fewer than two ticks: {ticks}")
    (v0, p0), (v1, p1) = ticks[0], ticks[-1]
    if is_log:
        v0, v1 = math.log(v0), math.log(v1)
    slope = (v1 - v0) / (p1 - p0)
    value = lambda p: v0 + (p - p0) * slope
    return (lambda p: math.exp(value(p))) if is_log else value, abs(slope)


def check_curve(chart, path, numbers):
    """Each point of the curve is a number of the metrics, as exactly as a tenth of a unit can say; so is its extent."""
    is_log = "log scale" in chart["caption"]
    x_of, x_slope = scale(chart["xs"], False)
    y_of, y_slope = scale(chart["ys"], is_log)
    points = [tuple(map(float, p.split())) for p in re.findall(r"[ML]([^ML]+)", path)]
    check(points, f"{chart['caption']}: no points")
    for x, y in points:
        steps = [s for s in numbers if abs(s - x_of(x)) <= 0.11 * x_slope + 1e-9]
        shown = y_of(y)
        error = [abs(math.log(numbers[s] / shown)) if is_log else abs(numbers[s] - shown) for s in steps]
        check(steps and min(error) <= 0.11 * y_slope,
              f"{chart['caption']}: the curve shows {shown} at step {x_of(x)}, the metrics {[numbers[s] for s in steps]}")
    for step in (min(numbers), max(numbers)):
        check(any(abs(x_of(x) - step) <= max(1, 0.01 * max(numbers)) for x, _ in points), f"{chart['caption']}: step {step} is missing")


def check_texts(chart, name, numbers):
    """The numbers under the pointer and in the table."""
    seen = 0
    for stripe in chart["stripes"]:
        lines = stripe.split("\n")
        step = int(lines[0].removeprefix("step "))
        for line in lines[1:]:
            label, value = line.rsplit(" ", 1)
            if label == name:
                seen += 1
                check(math.isclose(float(value), numbers[step], rel_tol=1e-5), f"{name} at step {step}: {value}")
    check(seen > 1, f"{chart['caption']}: a pointer finds no {name}")
    column = chart["rows"][0].index(name)
    for row in chart["rows"][1:]:
        if row[column]:
            check(math.isclose(float(row[column]), numbers[int(row[0])], rel_tol=1e-5), f"the table of {name}: {row}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("chromium")
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    metrics = [json.loads(line) for line in (options.run / "metrics.jsonl").read_text().splitlines()]
    series = lambda name: {m["step"]: m[name] for m in metrics if name in m}
    url = (options.run / "report.html").resolve().as_uri()

    # The browser's helper processes may write to its profile for a moment after it has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(options.chromium, profile)
        try:
            for domain in ("Page", "Network", "Log", "Runtime"):
                browser.call(domain + ".enable")
            for width in (1280, 390):
                for scheme in ("light", "dark"):
                    where = f"{width} px, {scheme}: "
                    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
                    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                    browser.events.clear()
                    browser.call("Page.navigate", url=url)
                    browser.wait_for("Page.loadEventFired")
                    page = browser.evaluate(LOOK)
                    logged = [e for e in browser.events if e["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
                    check(not logged, f"{where}the page logs {logged}")
                    requests = [e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"]
                    requests = [r for r in requests if r != url and not r.startswith("data:")]
                    check(not requests, f"{where}the page requests {requests}")
                    check(page["scripts"] == 0, f"{where}the page has a script")
                    check(page["needs"] <= page["width"], f"{where}the page is {page['needs']} px wide")
                    check(page["contrast"] >= 4.5, f"{where}a text has contrast {page['contrast']:.2f}")
                    check(page["smallest"] >= 9.5, f"{where}a text is {page['smallest']:.1f} px high")
                    check(page["unnamed"] == 0, f"{where}{page['unnamed']} pictures have no name")
                    if options.screenshots:
                        options.screenshots.mkdir(parents=True, exist_ok=True)
                        size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
                        shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip={**size, "scale": 1})
                        (options.screenshots / f"{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        finally:
            browser.close()

    chart_of = lambda title: next(c for c in page["charts"] if c["caption"].startswith(title))
    check_curve(chart_of("Loss"), chart_of("Loss")["paths"][0], series("loss"))
    check_texts(chart_of("Loss"), "loss", series("loss"))
    check_curve(chart_of("Learning rate"), chart_of("Learning rate")["paths"][0], series("lr"))
    check_texts(chart_of("Learning rate"), "learning rate", series("lr"))
    check(page["cells"] > 0, "there is no attention map")
    print(f"{len(page['charts'])} charts, {page['cells']} cells of attention: as logged")


if __name__ == "__main__":
    sys.exit(main())
