#!/usr/bin/env python3
"""Data-parallel training in figures: ranks of one thread against one process of as many threads; and, with --rate, a model of the
time on several machines, fitted to sums and steps on 2 to 4 networks of this machine (bench/machines.sh, as root).

    cmake --preset bench && cmake --build build/bench --target ranks_bench
    bench/ranks.py                  the rows
    bench/ranks.py --rate 1gbit     the model, checked, and what it predicts
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = str(HERE.parent / "build/bench/bench/ranks_bench")
RING = "--mca coll_libnbc_iallreduce_algorithm 1"  # by default Open MPI takes it from 4 ranks on
BACKWARD = 2 / 3  # of the products of a step
GPT2_PARAMETERS, GPT2_BUCKETS = 124_439_808, 147  # of 1 MiB, or of one larger parameter


def run(command, **environment):
    variables = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", **environment}
    return json.loads(subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout)["ms"]


def on_machines(ranks, rate, *arguments):
    return run([str(HERE / "machines.sh"), str(ranks), rate, PROGRAM, *map(str, arguments)], MPIRUN_OPTIONS=RING)


def rows(options):
    print("| training step | one process, two threads, ms | two ranks of one thread, ms | ratio |\n|---|--:|--:|--:|")
    for name in ("nano", "small"):
        one, two = [], []
        for _ in range(options.rounds):
            one.append(run([PROGRAM, "step", name, "2", str(options.seconds)]))
            two.append(run(["mpirun", "-n", "2", PROGRAM, "step", name, "1", str(options.seconds)]))
        ratio = statistics.median(a / b for a, b in zip(one, two))
        print(f"| `step/{name}` | {statistics.median(one):.1f} | {statistics.median(two):.1f} | {ratio:.2f} |")


def messages(ranks):
    """A ring sends 2 (N − 1) messages after one another, and 2 (N − 1)/N of the bytes."""
    return 2 * (ranks - 1)


def sum_ms(ranks, size, latency, per_byte, buckets=1):
    return messages(ranks) * (buckets * latency + size / ranks * per_byte)


def fitted(points):
    """Latency in ms and ms per byte, by least squares of the relative errors."""
    aa = ab = bb = a1 = b1 = 0.0
    for ranks, size, ms in points:
        a, b = messages(ranks) / ms, messages(ranks) * size / ranks / ms
        aa, ab, bb, a1, b1 = aa + a * a, ab + a * b, bb + b * b, a1 + a, b1 + b
    determinant = aa * bb - ab * ab
    return (a1 * bb - b1 * ab) / determinant, (b1 * aa - a1 * ab) / determinant


def model(options):
    points = []
    print("| machines | bytes | sum, ms | model, ms |\n|--:|--:|--:|--:|")
    for ranks in (2, 3, 4):
        for size in (4, 1 << 20, 1 << 22, 12_582_912):  # those of about 100 KB pass the limit of the rate in one burst
            points.append((ranks, size, statistics.median(on_machines(ranks, options.rate, "sum", size, options.seconds)
                                                          for _ in range(options.rounds))))
    latency, per_byte = fitted(points)
    for ranks, size, ms in points:
        print(f"| {ranks} | {size:,} | {ms:.3g} | {sum_ms(ranks, size, latency, per_byte):.3g} |")
    print(f"\nlatency {1e3 * latency:.0f} µs a message, bandwidth {1e-3 / per_byte:.0f} MB/s\n")

    print("| step on 2 machines | gradients, bytes | without the sum, ms | with it, ms | the sum by the model, ms | hidden of it |\n|---|--:|--:|--:|--:|--:|")
    shares = []
    for name, bytes_of_gradients in (("nano", 4 * 809_856), ("small", 4 * 3_257_856)):
        idle, step = (statistics.median(on_machines(2, options.rate, what, name, 1, options.seconds) for _ in range(options.rounds))
                      for what in ("idle", "step"))
        total = sum_ms(2, bytes_of_gradients, latency, per_byte, -(-bytes_of_gradients >> 20))
        hidden = max(0.0, idle + total - step)
        shares.append(min(1.0, hidden / (BACKWARD * idle)))
        print(f"| `{name}` | {bytes_of_gradients:,} | {idle:.1f} | {step:.1f} | {total:.1f} | {hidden / total:.0%} |")
    overlap = statistics.fmean(shares)
    print(f"\na sum runs during {overlap:.0%} of backward()\n")

    print("| network | machines | sum of GPT-2's gradients, ms | share of perfect scaling, a sum after each backward() | "
          "after each 16th |\n|---|--:|--:|--:|--:|")
    for gigabits in (1, 10, 100):
        for machines in (8, 64):
            total = sum_ms(machines, 4 * GPT2_PARAMETERS, latency, 8e-6 / gigabits, GPT2_BUCKETS)
            waits = max(0.0, total - overlap * BACKWARD * options.step)
            shares = [steps * options.step / (steps * options.step + waits) for steps in (1, 16)]
            print(f"| {gigabits} Gbit/s | {machines} | {total:,.0f} | {shares[0]:.0%} | {shares[1]:.0%} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement")
    parser.add_argument("--rate", help="what each machine sends: 1gbit, 100mbit")
    parser.add_argument("--step", type=float, default=1000, help="milliseconds of a step of GPT-2 on one machine")
    options = parser.parse_args()
    model(options) if options.rate else rows(options)


if __name__ == "__main__":
    main()
