#!/usr/bin/env python3
"""Measures how the cost of training grows: time and memory of bench/growth_bench for each of its series, the exponents
fitted to them, a table in Markdown and a figure."""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from drawing import Figure  # noqa: E402

SUBJECTS = {"tokens": "tokens T, one sequence, fused attention", "layers": "layers", "width": "width d_model",
            "batch": "sequences in a batch", "vocabulary": "classes of the vocabulary", "parameters": "parameters, a step of AdamW",
            "nodes": "nodes of a chain, forward and backward"}
VISIBLE_MIB = 4  # below, the memory of the program itself hides the growth


def measure(program, names, rounds, seconds):
    """{series: [{size, ms, mib}, ...]}, medians of the rounds."""
    series = json.loads(subprocess.check_output([program]))
    unknown = set(names) - series.keys()
    if unknown:
        sys.exit(f"growth.py: no series is called {', '.join(sorted(unknown))}; there are {', '.join(series)}")
    sizes = {name: series[name] for name in names or series}
    runs = {}
    for _ in range(rounds):
        for name in sizes:
            for size in sizes[name]:
                print(f"{name} {size}", end="\033[K\r", file=sys.stderr, flush=True)
                output = subprocess.check_output([program, name, str(size), str(seconds)])
                runs.setdefault((name, size), []).append(json.loads(output))
    print("\033[K", end="", file=sys.stderr)
    middle = {key: {what: statistics.median(run[what] for run in of) for what in ("ms", "mib")} for key, of in runs.items()}
    return {name: [{"size": size, **middle[name, size]} for size in sizes[name]] for name in sizes}


def exponent(points, what):
    """The slope of a straight line through log(size), log(what), by least squares. None for fewer than two points."""
    if len(points) < 2:
        return None
    x, y = [[math.log(point[key]) for point in points] for key in ("size", what)]
    centre = statistics.fmean(x)
    return sum((a - centre) * b for a, b in zip(x, y)) / sum((a - centre) ** 2 for a in x)


def upper_half(points):
    """Fixed costs hide the growth at small sizes, so a fit takes the larger ones."""
    return points[(len(points) - 1) // 2:] if len(points) > 3 else points


def visible(points):
    return [point for point in points if point["mib"] >= VISIBLE_MIB]


def text(value, form=".2f"):
    return "" if value is None else f"{value:{form}}"


def amount(ms):
    return f"{ms * 1000:.3g} µs" if ms < 1 else f"{ms:.3g} ms" if ms < 1000 else f"{ms / 1000:.3g} s"


def table(series):
    lines = ["| what grows | from | to | time at the end | memory, MiB | exponent of the time | of the memory |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for name, points in series.items():
        first, last = points[0], points[-1]
        lines.append(f"| {SUBJECTS[name]} | {first['size']:,} | {last['size']:,} | {amount(last['ms'])} | {last['mib']:,.0f} | "
                     f"{text(exponent(upper_half(points), 'ms'))} | {text(exponent(upper_half(visible(points)), 'mib'))} |")
    if "nodes" in series:
        lines += ["", *nodes_lines(series["nodes"])]
    return "\n".join(lines)


def nodes_lines(points):
    at = {point["size"]: point for point in points}
    nanoseconds = {size: 1e6 * point["ms"] / size for size, point in at.items()}
    small = [point for point in points if 100 <= point["size"] <= 10000]
    return [f"Nodes: exponent of the time from 100 to 10,000 {exponent(small, 'ms'):.3f}; {nanoseconds[1000]:.0f} ns a node at 1,000, "
            f"{nanoseconds[1000000]:.0f} ns at 1,000,000 ({nanoseconds[1000000] / nanoseconds[1000]:.1f} times); "
            f"{at[1000000]['mib'] * 2**20 / 1e6:.0f} bytes a node."]


def panel(figure, left, top, points, what, unit, style):
    """One curve on logarithmic axes, with the line of its exponent."""
    width, height = 250, 96
    usable = points if what == "ms" else visible(points)
    figure.parts.append(f'<rect x="{left}" y="{top}" width="{width}" height="{height}" class="box"/>')
    if len(usable) < 2:
        figure.text(left + 10, top + height / 2, f"below {VISIBLE_MIB} MiB", "faint")
        return
    x = [math.log(point["size"]) for point in points]
    y = [math.log(point[what]) for point in usable]

    def place(size, value):
        across = (math.log(size) - x[0]) / (x[-1] - x[0])
        up = (math.log(value) - min(y)) / (max(y) - min(y))
        return left + 14 + across * (width - 28), top + height - 12 - up * (height - 24)

    fitted = upper_half(usable)
    slope = exponent(fitted, what)
    middle = math.exp(statistics.fmean(math.log(point[what]) for point in fitted))
    centre = math.exp(statistics.fmean(math.log(point["size"]) for point in fitted))
    ends = [(size, middle * (size / centre) ** slope) for size in (fitted[0]["size"], fitted[-1]["size"])]
    figure.curve([place(*end) for end in ends], "arrow", "3 3")
    figure.curve([place(point["size"], point[what]) for point in usable], style)
    for point in usable:
        figure.dot(*place(point["size"], point[what]), 2.5)
    figure.text(left + 10, top + 18, f"{unit(usable[0][what])} to {unit(usable[-1][what])}", "faint")
    figure.text(left + 10, top + 36, f"exponent {slope:.2f}", "faint")


def drawing(series):
    row = 142
    figure = Figure(600, row * len(series) + 46)
    for i, (name, points) in enumerate(series.items()):
        top = 30 + row * i
        figure.text(10, top, SUBJECTS[name], "strong")
        panel(figure, 10, top + 8, points, "ms", amount, "flow")
        panel(figure, 290, top + 8, points, "mib", lambda mib: f"{mib:,.0f} MiB", "flow")
        for left in (10, 290):
            figure.text(left, top + 120, f"{points[0]['size']:,}", "faint")
            figure.text(left + 250, top + 120, f"{points[-1]['size']:,}", "faint", "end")
    figure.text(10, row * len(series) + 36, "Left: time. Right: memory. Both axes are logarithmic; dashed: the fit.", "faint")
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=str(ROOT / "build/bench/bench/growth_bench"), help="the program that measures")
    parser.add_argument("--series", action="append", default=[], help="only this one; may be given again")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.3, help="for each size and round, or three calls")
    parser.add_argument("--read", metavar="FILE", help="figures that --json has written, instead of measuring")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--figure", metavar="FILE", help="an SVG")
    options = parser.parse_args()
    if options.read:
        series = json.loads(pathlib.Path(options.read).read_text())
    else:
        series = measure(options.bin, options.series, max(1, options.rounds), options.seconds)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(series, indent=1) + "\n")
    if options.figure:
        pathlib.Path(options.figure).write_text(drawing(series).svg())
    print(table(series))


if __name__ == "__main__":
    main()
