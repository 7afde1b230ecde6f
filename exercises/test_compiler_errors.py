#!/usr/bin/env python3
"""Tests compiler_hints.py: each line of mistakes.txt is compiled in a function of its own. Its first error
must get the hint that stands behind the line.

usage: test_compiler_errors.py     XGRAD_PREFIX names the installed library
"""
import os
import pathlib
import sys
import tempfile

import building
import compiler_errors
import compiler_hints
import running


def messages(lines):
    """The first error of each line, or None."""
    known, flags = building.prepare()
    functions = [f"void mistake_{n}(const Variable& x, int n, std::vector<int> v) {{\n{line}\n}}\n" for n, line in enumerate(lines)]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "mistakes.cpp"
        file.write_text('#include "judge.hpp"\n' + "".join(functions))
        command = [*flags, "-fmax-errors=0", f"-I{known['folder']}", f"-I{building.ROOT / 'exercises'}", "-c", file, "-o", os.devnull]
        _, text = running.contained(command, building.COMPILER_SECONDS, building.COMPILER_BYTES, env=os.environ | compiler_errors.LANGUAGE)
        found = [None] * len(lines)
        for error in compiler_errors.errors_of(text):
            for path, line in [error["own"], *error["led"], *error["notes"]]:
                place = (line - 2) // 3  # three lines for each function, behind the head
                if path == file and not found[place]:
                    found[place] = error["message"]
    return found


def main():
    rows = [row.split("  // hint: ") for row in (building.ROOT / "exercises/mistakes.txt").read_text().splitlines()]
    bad = 0
    for (line, wanted), message in zip(rows, messages([line for line, _ in rows])):
        help = message and compiler_hints.hint(message, line)
        if not help or wanted not in help:
            bad += 1
            print(f"{line}\n    {message}\n    the hint is {help}, and not one with {wanted}")
    print(f"{len(rows) - bad} of {len(rows)} mistakes get their hint")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
