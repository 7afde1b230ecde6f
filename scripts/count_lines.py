#!/usr/bin/env python3
"""Counts the lines of code of each layer, without comments and blank lines.

    count_lines.py            prints the table of docs/architecture.md
    count_lines.py --write    brings the table on the page up to date
"""
import argparse
import pathlib
import re

from check_layers import LAYERS

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/architecture.md"
HOLDS = {
    "core/base": "errors, dtypes, shapes, conversions of numbers",
    "core/memory": "a pool of memory blocks",
    "core/parallel": "a pool of threads, `parallel_for`",
    "core/rows": "loops over contiguous numbers, compiled once for each instruction set; no Tensors",
    "core/tensor": "`Storage`, `Tensor`, views, printing, factories, random numbers",
    "core/kernels": "loops over Tensors: elementwise, reductions, products; no gradients",
    "core/autograd": "`Variable`, `Node`, the tape, `backward()`, hooks, checkpoints",
    "core/ops": "every op: its result beside its rule",
    "core/debug": "`trace`, `gradcheck`, `AnomalyGuard`",
    "core/io": "safetensors files",
    "core/bridge": "xtensor",
    "nn": "modules, from `Linear` to `Llama`; generation of text",
    "optim": "optimisers, schedules, clipping, averages of weights",
    "data": "datasets and batches",
    "training": "a training run: checkpoints, progress, report",
    "mpi": "training with several processes; optional",
    "examples": "programs",
}


def code_lines(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("//"))


def lines_of(layer):
    return sum(code_lines(path) for path in (ROOT / layer).rglob("*.[ch]pp"))


def table():
    rows = [(layer, lines_of(layer)) for layer in LAYERS if layer in HOLDS]
    yield "| layer | holds | lines of code |"
    yield "|---|---|--:|"
    for layer, lines in rows:
        yield f"| [`{layer}`](../{layer}) | {HOLDS[layer]} | {lines:,} |"
    yield f"| | `core` alone | {sum(lines for layer, lines in rows if layer.startswith('core')):,} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table to docs/architecture.md")
    if not parser.parse_args().write:
        print("\n".join(table()))
        return
    new = "\n".join(table()) + "\n"
    old = re.compile(r"^\| layer \| holds \|.*?\n(?!\|)", re.MULTILINE | re.DOTALL)
    PAGE.write_text(old.sub(lambda match: new, PAGE.read_text()))


if __name__ == "__main__":
    main()
