#!/usr/bin/env python3
"""Times small training steps natively, in WebAssembly and in TensorFlow.js, in turn, and prints one table.

All three do the same work in one thread: they begin with the same weights and the same batch, and the script stops if their
losses differ. Natively the instruction set is AVX2. WebAssembly and TensorFlow.js (its backend for WebAssembly, with SIMD)
run in node. scripts/bench.sh --web builds what is needed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
rows = {"step/tiny": "`step/tiny`: a GPT of 2 layers of 32", "step/mlp": "`step/mlp`: three layers, 64 → 128 → 128 → 10"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--native", type=pathlib.Path, default=root / "build/bench/bench/step_bench", help="the native program")
    parser.add_argument("--wasm", type=pathlib.Path, default=root / "build/web/bench/step_bench.js", help="the same for node")
    parser.add_argument("--rounds", type=int, default=9, help="how often each side runs each row")
    parser.add_argument("--seconds", type=float, default=1, help="how long a run warms up, and how long it is timed")
    return parser.parse_args()


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "an unknown processor")


def run(command):
    """The milliseconds of a step, and the losses of the first steps."""
    one_thread = dict(os.environ, XGRAD_ISA="avx2", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    try:
        out = subprocess.run(command, env=one_thread, stdout=subprocess.PIPE, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"web.py: {error}; scripts/bench.sh --web builds all that it needs")
    result = json.loads(out)
    return result["milliseconds"], result["losses"]


def check_same(row, side, losses, expected):
    """The largest relative difference. Sums in another order round differently, which grows over the steps."""
    worst = max(abs(a - b) / abs(b) for a, b in zip(losses, expected, strict=True))
    if not worst < 5e-5:
        sys.exit(f"{row}: {side} trains differently: its losses are {losses}, not {expected}")
    return worst


def measure(options, row, folder):
    file = str(folder / "first.safetensors")
    commands = {
        "native": [str(options.native), row, str(options.seconds), file],
        "WebAssembly": ["node", "--no-experimental-fetch", str(options.wasm), row, str(options.seconds)],
        "TensorFlow.js": ["node", str(root / "bench/peer_tfjs/step_bench.js"), row, str(options.seconds), file],
    }
    times = {side: [] for side in commands}
    worst = {side: 0 for side in commands}
    for i in range(options.rounds):
        for side, command in commands.items():
            milliseconds, losses = run(command)
            if side == "native":
                expected = losses
            worst[side] = max(worst[side], check_same(row, side, losses, expected))
            times[side].append(milliseconds)
        print(f"\r{row}: round {i + 1} of {options.rounds}\033[K", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    ratio = lambda above, below: statistics.median(a / b for a, b in zip(times[above], times[below]))
    cells = [f"{statistics.median(times[side]):.3g}" for side in commands]
    cells += [f"{ratio('WebAssembly', 'native'):.2f}", f"{ratio('TensorFlow.js', 'WebAssembly'):.2f}"]
    print(f"{row}: the losses of the first steps, from {expected[0]:.6f} to {expected[-1]:.6f}, differ by at most "
          f"{worst['WebAssembly']:.1g} (WebAssembly) and {worst['TensorFlow.js']:.1g} (TensorFlow.js) of their size",
          file=sys.stderr)
    return cells


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        cells = {row: measure(options, row, pathlib.Path(folder)) for row in rows}
    print(f"Medians of {options.rounds} rounds in turn, one thread, {processor()}:\n")
    print("| training step | native ms | WebAssembly ms | TensorFlow.js ms | WebAssembly / native | TensorFlow.js / WebAssembly |")
    print("|---|--:|--:|--:|--:|--:|")
    for row, title in rows.items():
        print(f"| {title} | " + " | ".join(cells[row]) + " |")


if __name__ == "__main__":
    main()
