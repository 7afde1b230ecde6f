#!/usr/bin/env python3
"""Checks the layers: each folder in LAYERS may include itself and the folders before it.

Usage: scripts/check_layers.py [ROOT]     ROOT: this checkout

Prints each include that breaks the rule, and each file of core/ that is in no layer; then the exit status is 1.
"""
import pathlib
import re
import sys

LAYERS = [
    "core/base", "core/memory", "core/parallel", "core/rows", "core/tensor", "core/kernels", "core/autograd", "core/ops",
    "core/debug", "core/io", "core/bridge", "nn", "optim", "data", "training", "mpi", "examples", "web/engine",
]
# These headers include a whole layer and everything below it.
UMBRELLAS = {"xgrad.hpp": "training", "core/xtensor.hpp": "core/bridge"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
    """The index in LAYERS of a path like core/ops/views.hpp; None if it is in no layer."""
    path = UMBRELLAS.get(path, path)
    return next((i for i, layer in enumerate(LAYERS) if path == layer or path.startswith(layer + "/")), None)


def target_of(root, source, included):
    """The path that `source` includes, seen from the root. <xgrad/...> are links to the folders of the root."""
    beside = source.parent / included
    if beside.is_file():
        return beside.resolve().relative_to(root).as_posix()
    return included.removeprefix("xgrad/")


def check(root):
    """The number of includes between layers, and what is wrong with them."""
    seen, wrong = 0, []
    folders = sorted({layer.split("/")[0] for layer in LAYERS})
    for source in sorted(file for folder in folders for file in (root / folder).rglob("*.[ch]pp")):
        name = source.relative_to(root).as_posix()
        layer = layer_of(name)
        if layer is None:
            wrong.append(f"{name} is in no layer")
            continue
        for included in INCLUDE.findall(source.read_text()):
            target = target_of(root, source, included)
            if layer_of(target) is None:
                continue  # another library's header
            seen += 1
            if layer_of(target) > layer:
                wrong.append(f"{name} includes {target}, but {LAYERS[layer]} is below {LAYERS[layer_of(target)]}")
    return seen, wrong


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    seen, wrong = check(root)
    print("\n".join(wrong) if wrong else f"{seen} includes, all of them downwards")
    return 1 if wrong or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
