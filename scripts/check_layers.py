#!/usr/bin/env python3
"""Checks that each folder includes only itself and what is left of it in LAYERS. Prints each include that does not, or a count."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = [
    "core/base", "core/memory", "core/parallel", "core/rows", "core/tensor", "core/kernels", "core/autograd", "core/ops",
    "core/debug", "core/io", "core/bridge", "nn", "optim", "data", "train", "examples",
]
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"](?:xgrad/)?([^>"]+\.hpp)[>"]', re.MULTILINE)
WHOLE_LIBRARY = {"xgrad.hpp": "optim", "core/xtensor.hpp": "core/bridge"}  # headers that stand for a layer and all below it


def layer_of(path):
    """The number of a file's layer; None for what is in no layer."""
    path = WHOLE_LIBRARY.get(path, path)
    return next((i for i, layer in enumerate(LAYERS) if path == layer or path.startswith(layer + "/")), None)


def main():
    wrong, seen = [], 0
    for layer in LAYERS:
        for source in sorted((ROOT / layer).rglob("*.[ch]pp")):
            name = source.relative_to(ROOT).as_posix()
            for included in INCLUDE.findall(source.read_text()):
                beside = (source.parent / included).resolve()
                target = beside.relative_to(ROOT).as_posix() if beside.is_file() else included
                if layer_of(target) is None:
                    continue  # another library's header
                seen += 1
                if layer_of(target) > layer_of(name):
                    wrong.append(f"{name} includes {target}: {layer} stands below {LAYERS[layer_of(target)]}")
    stray = [f.name for f in (ROOT / "core").glob("*.[ch]pp") if f.name != "xtensor.hpp"]
    wrong += [f"core/{name} belongs in a folder of core/" for name in stray]
    print("\n".join(wrong) if wrong else f"{seen} includes, all of them downwards")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
