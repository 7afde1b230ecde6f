#!/usr/bin/env python3
"""Runs both sides of the benchmark in turn (ours, theirs, ours, ...) and prints one table.

The speed of a machine drifts, so each round runs every row on both sides, one right after the other, each in its own process.
The table shows the medians of the times and of the ratios (above 1: xgrad is faster). If OpenBLAS does not know the
processor, --coretype chooses its kernels, on both sides.

The other side can be another version of libtorch, in its own root: scripts/peer_root.sh DIR installs Debian 13 (libtorch
2.6) or, with SUITE sid, libtorch 2.14, and builds the programs there, and --peer-root DIR runs them, as root. A row that
libtorch lacks (attention_fused before libtorch 2, step_bf16 before 2.4) has empty cells.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the benchmark programs")
    parser.add_argument("--peer-root", type=pathlib.Path, help="the DIR of scripts/peer_root.sh, whose libtorch is the other side")
    parser.add_argument("--rows", default=".", help="only rows that match this regular expression")
    parser.add_argument("--rounds", type=int, default=5, help="how often each row runs on both sides")
    parser.add_argument("--threads", default="1,2", help="numbers of threads; each takes its own line of the table")
    parser.add_argument("--min-time", type=float, default=0.2, help="seconds for a row in each round")
    parser.add_argument("--coretype", default="auto", help="OPENBLAS_CORETYPE of both sides; 'auto': by the processor's flags")
    parser.add_argument("--markdown", type=pathlib.Path, help="file for the table, as Markdown")
    parser.add_argument("--json", type=pathlib.Path, help="file for the rows, as JSON")
    return parser.parse_args()


def coretype(wish):
    """OpenBLAS 0.3.21 uses its slowest kernels on a newer processor, so this names the kernels."""
    if wish != "auto":
        return wish
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text().split("flags", 1)[1].split("\n", 1)[0].split()
    except (OSError, IndexError):
        return None
    return "SkylakeX" if "avx512dq" in flags else "Haswell" if "avx2" in flags else None


class Side:
    """The programs <name>_bench and <name>_startup in a folder; if there is a `root`, in that root."""

    def __init__(self, folder, name, core, root=None):
        # libtorch reads the processor's name in /proc, which is mounted only during the run
        enter = ["unshare", "--fork", "--pid", "--mount-proc", f"--root={root}"] if root else []
        self.program, self.startup = enter + [str(folder / f"{name}_bench")], enter + [str(folder / f"{name}_startup")]
        self.core = core

    def environment(self, threads):
        env = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        if self.core:
            env["OPENBLAS_CORETYPE"] = self.core
        return env

    def names(self):
        out = subprocess.run([*self.program, "--benchmark_list_tests=true"], capture_output=True, text=True, check=True)
        return [line.removesuffix("/real_time") for line in out.stdout.split()]

    def run(self, name, threads, min_time):
        """Milliseconds, GFLOP/s (0 if the row counts none), MiB above the start, a number made of the tokens (0 if it has none)."""
        if name == "startup":
            begin = time.perf_counter()
            subprocess.run(self.startup, env=self.environment(threads), check=True)
            return 1e3 * (time.perf_counter() - begin), 0, 0, 0
        command = [*self.program, f"--benchmark_filter=^{name}/real_time$", "--benchmark_format=json",
                   f"--benchmark_min_time={min_time}"]
        out = subprocess.run(command, env=self.environment(threads), capture_output=True, text=True, check=True)
        row = json.loads(out.stdout)["benchmarks"][0]
        unit = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}[row["time_unit"]]
        return row["real_time"] * unit, row.get("gflops", 0), row["mib"], row.get("tokens", 0)


def peer(options, core):
    """The other side; None if it is not built."""
    if options.peer_root:
        return Side(pathlib.Path("/peer/build/bench"), "peer", core, options.peer_root)
    return Side(options.bin, "peer", core) if (options.bin / "peer_bench").exists() else None


def measure(options):
    core = coretype(options.coretype)
    ours = Side(options.bin, "xgrad", core)
    theirs = peer(options, core)
    in_theirs = {*theirs.names(), "startup"} if theirs else set()
    gemm = Side(options.bin, "gemm", core) if (options.bin / "gemm_bench").exists() else None
    in_gemm = set(gemm.names()) if gemm else set()
    names = [name for name in ours.names() + ["startup"] if re.search(options.rows, name)]
    rows = []
    for name in names:
        for threads in map(int, options.threads.split(",")):
            mine, other, bare = [], [], []
            for _ in range(options.rounds):
                mine.append(ours.run(name, threads, options.min_time))
                if name in in_theirs:
                    other.append(theirs.run(name, threads, options.min_time))
                if name in in_gemm:
                    bare.append(gemm.run(name, threads, options.min_time))
            if other and other[0][3] != mine[0][3]:
                sys.exit(f"{name}: the sides choose different tokens")
            median = lambda runs, i: statistics.median(run[i] for run in runs) if runs else None
            rows.append({
                "name": name, "threads": threads, "ours_ms": median(mine, 0), "peer_ms": median(other, 0),
                "ratio": statistics.median(p[0] / m[0] for m, p in zip(mine, other)) if other else None,
                "gflops": median(mine, 1),
                "gemm_share": statistics.median(b[0] / m[0] for m, b in zip(mine, bare)) if bare else None,
                "ours_mib": median(mine, 2), "peer_mib": median(other, 2),
            })
            print(f"\r{len(rows)} rows measured, last {name}\033[K", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rows


def table(rows):
    """As Markdown; marks each side's best number of threads."""
    def show(value, form):
        return "" if value is None or value == 0 else format(value, form)

    lines = ["| row | threads | xgrad ms | libtorch ms | ratio | GFLOP/s | share of sgemm | xgrad MiB | libtorch MiB |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for r in rows:
        lines.append(f"| {r['name']} | {r['threads']} | {r['ours_ms']:.4g} | {show(r['peer_ms'], '.4g')} | {show(r['ratio'], '.2f')} | "
                     f"{show(r['gflops'], '.1f')} | {show(r['gemm_share'], '.0%')} | {show(r['ours_mib'], '.0f')} | {show(r['peer_mib'], '.0f')} |")
    return "\n".join(lines)


def best_table(rows):
    """Each side at its better precision and number of threads, for rows that were measured in mixed precision (`_bf16`) too.

    Memory is that of the fastest run.
    """
    def best(of, key):
        return min((r for r in of if r[key] is not None), key=lambda r: r[key], default=None)

    def shown(row, key):
        return f"{row[key]:.4g} ({'bfloat16' if '_bf16' in row['name'] else 'float32'}, {row['threads']})"

    lines = ["| row | xgrad ms | libtorch ms | ratio | speedup over xgrad's float32 | memory: xgrad / libtorch's float32 |",
             "|---|--:|--:|--:|--:|--:|"]
    plain = lambda name: name.replace("_bf16", "")
    for base in dict.fromkeys(plain(r["name"]) for r in rows if "_bf16" in r["name"]):
        of_base = [r for r in rows if plain(r["name"]) == base]
        in_float32 = [r for r in of_base if r["name"] == base]
        ours, theirs = best(of_base, "ours_ms"), best(of_base, "peer_ms")
        ours32, theirs32 = best(in_float32, "ours_ms"), best(in_float32, "peer_ms")
        if not (ours and theirs and ours32 and theirs32):
            continue
        lines.append(f"| {base} | {shown(ours, 'ours_ms')} | {shown(theirs, 'peer_ms')} | {theirs['peer_ms'] / ours['ours_ms']:.2f} | "
                     f"{ours32['ours_ms'] / ours['ours_ms']:.2f} | {ours['ours_mib'] / theirs32['peer_mib']:.2f} |")
    return "\n".join(lines) if len(lines) > 2 else ""


def main():
    options = arguments()
    rows = measure(options)
    text = table(rows)
    summary = best_table(rows)
    if summary:
        text += "\n\nEach side at its better precision and number of threads (in brackets):\n\n" + summary
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
