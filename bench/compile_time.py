#!/usr/bin/env python3
"""Compares the time to compile a file that includes xgrad with that for a file that includes libtorch.

The files have an empty main, so this is the cost of the headers. They are compiled in turn, and the medians of the processor
time are compared, as the machine may be shared.

    bench/compile_time.py [--include DIR] [--rounds 7]     DIR: holds xgrad/xgrad.hpp, in a build or an install
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile

TORCH = "/usr/include/torch/csrc/api/include"  # Debian's libtorch-dev


def seconds(header, options, folder):
    """User and system time of compiling an empty program that includes `header`."""
    path = os.path.join(folder, "program.cpp")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#include <{header}>\nint main() {{}}\n")
    before = os.times()
    subprocess.run(["c++", *options, "-c", path, "-o", os.devnull], check=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", default=os.path.join(root, "build/release/include"))
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    sides = {
        "xgrad": ("xgrad/xgrad.hpp", ["-std=c++20", "-O2", "-I", arguments.include]),
        "libtorch": ("torch/torch.h", ["-std=c++17", "-O2", "-I", TORCH]),
    }
    taken = {name: [] for name in sides}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            for name, (header, options) in sides.items():
                taken[name].append(seconds(header, options, folder))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        print(f"{name:9} {medians[name]:6.2f} s   ({min(times):.2f} to {max(times):.2f})")
    ratios = [torch / ours for ours, torch in zip(taken["xgrad"], taken["libtorch"])]
    print(f"ratio     1 : {statistics.median(ratios):.1f}")


if __name__ == "__main__":
    sys.exit(main())
