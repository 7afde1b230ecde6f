#!/usr/bin/env python3
"""Compares two builds of xgrad row by row: one before a change and one after it.

    git worktree add ../before HEAD~1       # or a clone; then build the benchmarks in both
    cmake --preset bench -DXGRAD_BENCH_PEERS=OFF && cmake --build --preset bench
    python3 bench/before_after.py --before ../before/build/bench/bench --after build/bench/bench --rows step/

Each round runs a row once on each side; the sides take turns to go first. The table shows the median times, the median of the
ratios before/after (above 1: the change made the row faster), and the 95 % interval of that median, from the order of the
ratios (the sign test). A row is SLOWER if its whole interval lies below --limit.
"""

import argparse
import math
import pathlib
import re
import statistics
import sys

from compare import Side, coretype


def interval(values):
    """The 95 % interval of the median: the narrowest pair of order statistics that contains it, by the binomial distribution."""
    ordered, n = sorted(values), len(values)
    k, tail = 0, 0.5**n
    while 2 * (tail + math.comb(n, k + 1) * 0.5**n) <= 0.05:
        k += 1
        tail += math.comb(n, k) * 0.5**n
    return ordered[k], ordered[n - 1 - k]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=pathlib.Path, required=True, help="folder of the benchmark programs before the change")
    parser.add_argument("--after", type=pathlib.Path, required=True, help="folder of the benchmark programs after it")
    parser.add_argument("--rows", default=".", help="only rows that match this regular expression")
    parser.add_argument("--rounds", type=int, default=9, help="how often each row runs on both sides; at least 6")
    parser.add_argument("--threads", default="1", help="numbers of threads; each takes its own line of the table")
    parser.add_argument("--min-time", type=float, default=0.1, help="seconds for a row in each round")
    parser.add_argument("--limit", type=float, default=0.98, help="the least ratio that is not SLOWER")
    options = parser.parse_args()
    if options.rounds < 6:
        parser.error("an interval of 95 % needs 6 rounds at least")

    core = coretype("auto")
    before, after = Side(options.before, "xgrad", core), Side(options.after, "xgrad", core)
    shared = set(before.names())
    names = [name for name in after.names() if name in shared and re.search(options.rows, name)]
    slower = 0
    print("| row | threads | before ms | after ms | ratio | 95 % interval | |\n|---|--:|--:|--:|--:|--:|---|")
    for name in names:
        for threads in map(int, options.threads.split(",")):
            times = {before: [], after: []}
            for i in range(options.rounds):
                for side in (before, after) if i % 2 == 0 else (after, before):
                    times[side].append(side.run(name, threads, options.min_time)[0])
            ratios = [b / a for b, a in zip(times[before], times[after])]
            low, high = interval(ratios)
            slower += high < options.limit
            print(f"| {name} | {threads} | {statistics.median(times[before]):.4g} | {statistics.median(times[after]):.4g} | "
                  f"{statistics.median(ratios):.3f} | {low:.3f} to {high:.3f} | {'SLOWER' if high < options.limit else ''} |", flush=True)
    print(f"{len(names)} rows, {slower} slower", file=sys.stderr)


if __name__ == "__main__":
    main()
